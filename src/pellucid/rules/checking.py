"""Checks of whole sets of rules: each file by itself, and all of them together."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import structs

from pellucid.errors import BudgetExceeded, InvalidRequest
from pellucid.rules import archive
from pellucid.rules.engines import SUFFIXES, check, language_of
from pellucid.rules.rule_file import LARGEST_FILE, LARGEST_SET, MIB, MOST_FILES, MOST_RULES, NAME, CheckedFile, RuleFile

MOST_SECONDS = 60.0
LARGEST_ARCHIVE = 16 * MIB


def check_all(files: Sequence[RuleFile], refused: Sequence[CheckedFile] = ()) -> list[CheckedFile]:
    """What is to be said of each file, by name. A name is that of one rule only, wherever it stands.

    Raises BudgetExceeded when there are too many rules, or when it takes too long.
    """
    deadline = time.monotonic() + MOST_SECONDS
    checked: list[CheckedFile] = list(refused)
    known: dict[str, str] = {}
    for file in files:
        found = check(file)
        if long := [rule for rule in found.rules if not NAME.fullmatch(rule.name)]:
            errors = (f"line {rule.line}: the name of the rule has more than 255 characters" for rule in long)
            found = structs.replace(found, rules=(), errors=tuple(errors))
        twice = [rule for rule in found.rules if rule.name in known]
        known |= {rule.name: file.name for rule in found.rules if rule.name not in known}
        if twice:
            errors = (f"line {rule.line}: a rule {rule.name} is also in {known[rule.name]}" for rule in twice)
            found = structs.replace(found, rules=(), errors=tuple(errors))
        checked.append(found)
        if len(known) > MOST_RULES:
            raise BudgetExceeded(f"there are more than {MOST_RULES:,} rules")
        if time.monotonic() > deadline:
            raise BudgetExceeded(f"checking the rules took longer than {MOST_SECONDS:.0f} s")
    return sorted(checked, key=lambda item: item.name)


def found_in(path: Path) -> tuple[list[RuleFile], list[CheckedFile]]:
    """Rules on this machine, as `archive.read` gives them: of a file, of a folder and all below it, or of an archive.

    InvalidRequest when there are none.
    """
    if path.is_dir():
        files, refused = _below(path)
    elif not path.exists():
        raise InvalidRequest(f"{path} does not exist.")
    elif language_of(path.name):
        files, refused = _taken([(path.name, path)])
    else:
        if path.stat().st_size > LARGEST_ARCHIVE:
            raise InvalidRequest(f"{path} is larger than the {LARGEST_ARCHIVE // MIB} MiB that an archive may have.")
        files, refused = archive.read(path.read_bytes())
    if not files and not refused:
        raise InvalidRequest(f"{path} has no files of rules ({', '.join(SUFFIXES)}).")
    return files, refused


def _below(folder: Path) -> tuple[list[RuleFile], list[CheckedFile]]:
    """Links are not followed."""

    def walk() -> Iterator[tuple[str, Path]]:
        for place, _, names in os.walk(folder):
            for name in names:
                path = Path(place, name)
                if language_of(name) and path.is_file() and not path.is_symlink():
                    yield path.relative_to(folder).as_posix(), path

    return _taken(sorted(walk()))


def _taken(paths: Sequence[tuple[str, Path]]) -> tuple[list[RuleFile], list[CheckedFile]]:
    total = sum(path.stat().st_size for _, path in paths)
    if len(paths) > MOST_FILES or total > LARGEST_SET:
        raise BudgetExceeded(f"there are more than {MOST_FILES:,} files of rules, or {LARGEST_SET // MIB} MiB of them")
    files: list[RuleFile] = []
    refused: list[CheckedFile] = []
    for name, path in paths:
        if path.stat().st_size > LARGEST_FILE:
            raise BudgetExceeded(f"{name} is larger than {LARGEST_FILE // MIB} MiB")
        found = archive.decoded(name, path.read_bytes())
        if isinstance(found, RuleFile):
            files.append(found)
        else:
            refused.append(found)
    return files, refused
