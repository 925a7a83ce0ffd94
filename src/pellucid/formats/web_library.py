"""Libraries of web pages, recognised by what they say of themselves in their banners or code."""

import re
import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import msgspec

from pellucid.formats.span import Data

BEFORE, BEHIND = 1200, 1200
KEYS = ("banners", "code")
LONGEST_COMMENT = 4096
# Atomic: a version is matched to its end or not at all.
RELEASE = rb"(?P<version>(?>[0-9]{1,4}(?:\.[0-9]{1,8}){1,3}))"
SUFFIX = rb"(?:-(?:alpha|beta|rc|pre|next|dev)[0-9A-Za-z.-]{0,24})?"
VERSION = rb"(?P<version>(?>[0-9]{1,4}(?:\.[0-9]{1,8}){1,3}" + SUFFIX + rb"))"
PARTS = {"{version}": VERSION, "{release}": RELEASE, "{...}": rb"[^\0]{0,1000}?"}
SPLIT = re.compile(r"(\{version\}|\{release\}|\{\.\.\.\})")
# What may stand between the beginning of a line, or of a comment, and a banner.
ORNAMENT = re.compile(rb"(?:[\s*!#;/:|]|\xe2\x94[\x80-\xbf]|@license|@preserve|@overview|@fileOverview)*")


class Mark(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`literal` is searched for; `pattern` matches around it. A mark that is no banner may stand anywhere."""

    library: str
    literal: bytes
    template: str
    is_banner: bool
    licence: str = ""
    cpe: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        # When it is asked for: of hundreds of marks, few are met in one image.
        return _compiled(self.template)


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """A library with the version that it states, and where: `text` is what stands at `offset`."""

    mark: Mark
    version: str
    offset: int
    text: bytes


@cache
def _rows() -> list[dict[str, Any]]:
    text = Path(__file__).with_name("web_libraries.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["library"]
    return rows


@cache
def literals() -> frozenset[bytes]:
    """What is searched for: a literal of each mark."""
    return frozenset(_literal(template) for row in _rows() for key in KEYS for template in row.get(key, ()))


@cache
def marks() -> tuple[Mark, ...]:
    """All marks of all libraries, in the order of the table."""
    found = []
    for row in _rows():
        known = {"library": row["name"], "licence": row.get("licence", ""), "cpe": row.get("cpe", "")}
        for key in KEYS:
            for template in row.get(key, ()):
                banner = key == "banners"
                found.append(Mark(literal=_literal(template), template=template, is_banner=banner, **known))
    return tuple(found)


def sighting(data: Data, mark: Mark, offset: int) -> Sighting | None:
    """What `mark` says where its literal stands at `offset`; None when that is not what it looks like."""
    start = max(offset - BEFORE, 0)
    window = bytes(data[start : offset + len(mark.literal) + BEHIND])
    for found in mark.pattern.finditer(window):
        if found.start() <= offset - start < found.end():
            first = start + found.start()
            if mark.is_banner and not _opens_a_line(data, first):
                return None
            version = found["version"].decode("ascii")
            return Sighting(mark=mark, version=version, offset=first, text=found[0])
    return None


def _literal(template: str) -> bytes:
    pieces = [piece for part in SPLIT.split(template) if part not in PARTS for piece in part.split("\n")]
    return max((piece.encode() for piece in pieces), key=len)


def _compiled(template: str) -> re.Pattern[bytes]:
    parts = SPLIT.split(template)
    pattern = b"".join(
        PARTS[part] if part in PARTS else re.escape(part.encode()).replace(b"\\\n", rb"\r?\n") for part in parts
    )
    # A version must not go on behind what was matched of it.
    ending = rb"(?![0-9A-Za-z])" if parts[-1] == "" else b""
    return re.compile(pattern + ending)


def _opens_a_line(data: Data, offset: int) -> bool:
    """Whether only ornaments stand between the beginning of a line, or of a comment, and `offset` in a comment."""
    before = bytes(data[max(offset - LONGEST_COMMENT, 0) : offset])
    opened = before.rfind(b"/*")
    line = max(before.rfind(b"\n"), before.rfind(b"\r"))
    inside = opened > before.rfind(b"*/")
    if inside and opened > line:
        line = opened - 1
    elif not inside:
        slashes = before.find(b"//", line + 1)
        if slashes < 0:
            return False
        line = slashes - 1
    return ORNAMENT.fullmatch(before, line + 1) is not None
