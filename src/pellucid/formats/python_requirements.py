"""Requirement files of pip: what they pin to one version (pip's requirements file format, PEP 508)."""

import re
from collections.abc import Iterator

import msgspec

from pellucid.formats.indented_text import lines
from pellucid.formats.span import Data

HEAD = 4096
# What the first line that is no comment and no option looks like: a name, and perhaps what is asked of it.
FIRST = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?\s*(?:[=<>!~]=|[<>;@#]|$)")
PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*={2,3}\s*([0-9][^\s;,*#\\]*)(?=\s|;|\\|$)([^#]*)")
ELSEWHERE = re.compile(r"(?:sys_platform|platform_system|os_name)\s*==\s*[\"'](?:win|nt|darwin)", re.IGNORECASE)


class Pin(msgspec.Struct, frozen=True, kw_only=True):
    """A name as it is written, one version of it, and the line that says so."""

    name: str
    version: str
    line: str
    offset: int


def may_be(data: Data) -> bool:
    """Whether this begins as a requirement file does, and pins something. Code does not begin so, nearly always."""
    return _begins(bytes(data[:HEAD])) and data.find(b"==") >= 0


def _begins(head: bytes) -> bool:
    for line in head.split(b"\n"):
        stripped = line.strip()
        if stripped and not stripped.startswith((b"#", b"-")):
            return FIRST.match(stripped) is not None
    return len(head) == HEAD


def pins(data: Data) -> Iterator[Pin]:
    """What is pinned by == or ===. Ranges, prefixes (1.*) and what is for other systems only are left out."""
    for line in lines(data):
        found = PINNED.match(line.text)
        if found and not ELSEWHERE.search(found[3]):
            yield Pin(name=found[1], version=found[2], line=found[0].strip(), offset=line.offset)
