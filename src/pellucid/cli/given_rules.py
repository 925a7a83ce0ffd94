"""Rules of one's own, given on the command line."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pellucid.cli.terminal import note, printable
from pellucid.errors import BudgetExceeded, InvalidRequest, Malformed

if TYPE_CHECKING:
    from pellucid.rules.rule_file import CheckedFile, RuleFile
    from pellucid.rules.rule_set import RuleSet

MOST_TOLD = 20


def given(paths: Sequence[Path]) -> "RuleSet | None":
    """The rules at these paths, for a scan; None without any. InvalidRequest when a file has errors."""
    if not paths:
        return None
    from pellucid.rules.rule_set import RuleSet  # noqa: PLC0415  # only for who brings rules

    files, checked = checked_at(paths)
    wrong = [f"{printable(item.name)}: {error}" for item in checked for error in item.errors]
    for line in wrong[:MOST_TOLD]:
        note(f"pellucid: {printable(line)}")
    if wrong:
        raise InvalidRequest(f"{len(wrong):,} errors in the rules: `pellucid rules lint` says more.")
    contents = hashlib.sha256("\0".join(f"{file.name}\0{file.body}" for file in files).encode()).hexdigest()
    return RuleSet(name=f"command line, {contents[:12]}", files=tuple(files))


def checked_at(paths: Sequence[Path]) -> "tuple[list[RuleFile], list[CheckedFile]]":
    """All files of rules at these paths, and what is to be said of each."""
    from pellucid.rules.checking import check_all, found_in  # noqa: PLC0415  # only for who brings rules

    files: list[RuleFile] = []
    refused: list[CheckedFile] = []
    try:
        for path in paths:
            found, wrong = found_in(path)
            files += found
            refused += wrong
        return files, check_all(files, refused)
    except (Malformed, BudgetExceeded) as error:
        raise InvalidRequest(error.message[:1].upper() + error.message[1:] + ".") from None
