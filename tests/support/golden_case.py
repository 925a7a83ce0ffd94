"""A golden case on the disk."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """`name` is <stage>/<analyzer>/<case>, `what` says what the bytes are; `rules` come with the scan."""

    name: str
    data: bytes
    what: str
    rules: str = ""


def write(root: Path, case: Case, made_by: str = "python -m tests.support.build_golden") -> None:
    """Write input and origin; what is expected is accepted by a person."""
    folder = root / case.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "input").write_bytes(case.data)
    if case.rules:
        (folder / "rules.yar").write_text(case.rules, encoding="utf-8")
    text = f'what = "{case.what}"\nmade_by = "{made_by}"\nlicence = "CC0-1.0"\n'
    (folder / "origin.toml").write_text(text, encoding="utf-8")
