"""debian/copyright: the licences of a package (machine-readable format 1.0, DEP-5, and the plain text before it).

In the machine-readable format paragraphs say which files have which licence, by short names that are joined by "or" and
"and" (section 7.2: a comma before one of them binds less). Plain text names at best the copy of a licence that every
Debian has in /usr/share/common-licenses.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec

from pellucid.formats import licence_names
from pellucid.formats.span import Data

LARGEST = 4 << 20
HEAD = 2048
LONGEST_NAME = 300
MOST_PARAGRAPHS = 20_000
MOST_LICENCES = 12
# Plain text that is longer reproduces licences, or tells a history: a reference in it does not speak of the whole.
LONGEST_PLAIN = 4096
PUBLIC_DOMAIN = "LicenseRef-public-domain"

FORMAT = re.compile(rb"(?im)^Format(?:-Specification)?:[^\n]*\n?[^\n]*(?:copyright-format|dep5)")
FIELD = re.compile(rb"(?im)^(Files|Licen[sc]e)[ \t]*:[ \t]*([^\n]*)(?:\n[ \t]+([^\n]*))?")
# The licence of the packaging is not that of the software.
PACKAGING = re.compile(r"debian/\S*")
LEVELS = (
    (re.compile(r",\s*and\s+"), "AND"),
    (re.compile(r",\s*or\s+"), "OR"),
    (re.compile(r"\s+or\s+|\s*\|{1,2}\s*"), "OR"),
    (re.compile(r"\s+and\s+"), "AND"),
)
EXCEPTED = re.compile(r"(?P<base>.+?)(?:[ -]with[ -]|(?<=[\d+])-)(?:the )?(?P<name>[\w .-]+?)[ -]exceptions?")
OPERATOR = re.compile(r"\b(?:and|or)\b")
COMMON = re.compile(r"/usr/share/common-licenses/([A-Za-z0-9.-]*[A-Za-z0-9])")
LATER = re.compile(
    r"version (\d(?:\.\d)?)(?: of the licen[sc]e)?,? or,? (?:\(?at your option\)?,? )?(?:any )?(?:later|newer|higher)"
)
ANY_LATER = re.compile(r"\bor (?:\(?at your option\)?,? )?(?:any )?(?:later|newer|higher)|any later")
MARGIN = re.compile(r"[\s*#>|]+")
# Words of other licences, or of a packaging that has its own.
OTHERS = re.compile(
    r"permission is hereby|permission to use|redistribution and use|redistributions of source|licen[sc]e agreement"
    r"|licen[sc]e: ?[al]?gpl|public domain|packaging|freely (?:copied|distribut)|without restriction"
)


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    names: dict[str, str]
    free: frozenset[str]
    exceptions: dict[str, dict[str, str]]


@cache
def _known() -> _Known:
    text = Path(__file__).with_name("debian_licences.toml").read_text(encoding="utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    return _Known(names=table["names"], free=frozenset(table["free"]["names"]), exceptions=table["exceptions"])


def licence(data: Data) -> str:
    """The SPDX expression of a package's licences, that of most files first; "" where the text does not tell.

    Licences that have no SPDX identifier are left out, unless it is that of most files: then nothing is said.
    """
    text = bytes(data[:LARGEST])
    if FORMAT.search(text[:HEAD]):
        return _joined(_stated(text))
    return _referred(text.decode("utf-8", "replace").lower()) if len(text) <= LONGEST_PLAIN else ""


def _stated(text: bytes) -> Sequence[str]:
    """Short names, that of all files first; those of the packaging are left out."""
    main: list[str] = []
    others: list[str] = []
    files, header = "", True
    for number, found in enumerate(FIELD.finditer(text)):
        if number >= MOST_PARAGRAPHS:
            break
        value = (found[2].strip() or found[3] or b"").strip().decode("utf-8", "replace")
        if found[1].lower() == b"files":
            files, header = value, False
        elif header:
            main.append(value)
        elif files:
            patterns = files.replace(",", " ").split()
            if "*" in patterns:
                main.insert(0, value)
            elif not all(map(PACKAGING.fullmatch, patterns)):
                others.append(value)
            files = ""
    return list(dict.fromkeys(main + others))


def _joined(names: Sequence[str]) -> str:
    found: dict[frozenset[str], str] = {}
    for number, name in enumerate(names):
        parts = _expression(" ".join(name[:LONGEST_NAME].lower().split()))
        if not parts and number == 0:
            return ""
        for part in parts:
            found.setdefault(frozenset(part.split(" OR ")), part)
    stated = list(found.values())
    # What is in the public domain adds no condition to others.
    stated = [part for part in stated if part != PUBLIC_DOMAIN] or stated
    return _conjunction(stated[:MOST_LICENCES])


def _conjunction(parts: Sequence[str]) -> str:
    return " AND ".join(f"({part})" if " OR " in part and len(parts) > 1 else part for part in parts)


@lru_cache(maxsize=4096)
def _expression(text: str) -> tuple[str, ...]:
    """What all applies, each an identifier or a choice of several; nothing where the words are not known."""
    if known := _single(text):
        return (known,)
    for pattern, operator in LEVELS:
        parts = pattern.split(text)
        if len(parts) == 1:
            continue
        found = [_expression(part) for part in parts]
        if operator == "AND":
            return tuple(dict.fromkeys(item for part in found for item in part))
        return (_choice(found),) if all(found) else ()
    return ()


def _choice(found: Iterable[Sequence[str]]) -> str:
    alternatives = (f"({_conjunction(item)})" if len(item) > 1 else item[0] for item in found)
    return " OR ".join(dict.fromkeys(alternatives))


def _single(name: str) -> str:
    """One licence, with an exception or without; an exception that has no identifier only permits more, and is left."""
    known = _known()
    if name in known.names:
        return known.names[name]
    if name in known.free:
        return PUBLIC_DOMAIN
    if found := EXCEPTED.fullmatch(name):
        base = known.names.get(found["base"], "")
        names = known.exceptions.get(found["name"], {})
        version = re.search(r"\d\.\d", base)
        exception = names.get("any") or names.get(version[0] if version else "", "")
        return f"{base} WITH {exception}" if base and exception else base
    return "" if OPERATOR.search(name) else licence_names.spdx_expression(name)


def _referred(text: str) -> str:
    """The one licence that plain text refers to and reproduces no other beside."""
    text = MARGIN.sub(" ", text)
    references = set(COMMON.findall(text))
    if len(references) != 1 or OTHERS.search(text):
        return ""
    family, _, version = references.pop().partition("-")
    later = set(LATER.findall(text))
    if family not in ("gpl", "lgpl", "agpl"):
        return _single(f"{family}-{version}" if version else family)
    if len(later) > 1 or (not later and (not version or ANY_LATER.search(text))):
        return ""
    stated = later.pop() if later else ""
    if stated and version and float(stated) > float(version):
        return ""
    return _single(f"{family}-{stated}+" if stated else f"{family}-{version}")
