"""Names of licences as package managers write them, and their SPDX expressions."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

LONGEST = 300
# Names of licences and exceptions in an expression (SPDX specification, annex D); brackets stand for themselves.
WORD = re.compile(r"[()]|[^\s()]+")
EXCEPTION = re.compile(r"[A-Za-z0-9.-]*[Ee]xception[A-Za-z0-9.-]*")


@cache
def _names() -> dict[str, str]:
    text = Path(__file__).with_name("licence_names.toml").read_text(encoding="utf-8")
    names: dict[str, str] = tomllib.loads(text)["names"]
    return names


def spdx_expression(stated: str) -> str:
    """The SPDX expression of a licence as it is stated, "" where the words do not tell."""
    text = " ".join(stated[:LONGEST].split())
    if known := _names().get(text.lower()):
        return known
    words = WORD.findall(text)
    if not {"AND", "OR", "WITH"} & {word.upper() for word in words}:
        return ""
    found = [_word(word) for word in words]
    return " ".join(found).replace("( ", "(").replace(" )", ")") if all(found) else ""


def any_of(stated: Iterable[str]) -> str:
    """The expression that leaves the choice between several licences, "" when one of them is unknown."""
    found = list(dict.fromkeys(map(spdx_expression, stated)))
    if not all(found):
        return ""
    return " OR ".join(f"({item})" if " " in item and len(found) > 1 else item for item in found)


def _word(word: str) -> str:
    if word in ("(", ")"):
        return word
    if word.upper() in ("AND", "OR", "WITH"):
        return word.upper()
    return word if EXCEPTION.fullmatch(word) else _names().get(word.lower(), "")
