"""Fragments: what one file says where several are read as one."""

from dataclasses import dataclass

from pellucid.domain.evidence import Evidence


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """Lines of a file of settings, so that verdicts can be on what is in force once all files of an image are known.

    `subject` is that of the verdicts; `lines` are (offset in bytes, text), of what matters for them alone.
    """

    subject: str
    lines: tuple[tuple[int, str], ...]
    evidence: Evidence
