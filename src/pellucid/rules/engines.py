"""The languages of rules by name, and which of them a file is for. ENGINES are those that can be matched."""

from collections.abc import Mapping

from pellucid.rules.engine import Checker, Engine
from pellucid.rules.fwhunt_matching import FWHUNT
from pellucid.rules.rule_file import CheckedFile, RuleFile
from pellucid.rules.yara import YARA

CHECKERS: Mapping[str, Checker] = {checker.name: checker for checker in (YARA, FWHUNT)}
ENGINES: Mapping[str, Engine] = {engine.name: engine for engine in (YARA, FWHUNT)}
SUFFIXES = tuple(suffix for checker in CHECKERS.values() for suffix in checker.suffixes)


def language_of(name: str) -> str:
    """The name of a checker, by the end of the file's name; "": it is no file of rules."""
    return next((checker.name for checker in CHECKERS.values() if name.lower().endswith(checker.suffixes)), "")


def check(file: RuleFile) -> CheckedFile:
    """What the checker of its language says."""
    language = language_of(file.name)
    if not language:
        return CheckedFile(name=file.name, errors=(f"line 1: its name ends with none of {', '.join(SUFFIXES)}",))
    return CHECKERS[language].check(file)
