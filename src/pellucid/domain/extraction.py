"""Extractions: what came of unpacking a file into a folder."""

from dataclasses import dataclass

from pellucid.domain.problem import Problem


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """Numbers of what was written and of what was only listed: links, devices, fifos, sockets.

    `renamed` counts what could not keep its name; `bytes` those of all `files`.
    """

    filename: str
    sha256: str
    size: int
    files: int
    folders: int
    bytes: int
    listed: int
    renamed: int
    problems: tuple[Problem, ...]
    seconds: float
