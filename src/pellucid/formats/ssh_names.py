"""Names of SSH algorithms as they stand in programs: one by one, or in lists with commas (RFC 4251, 6 and 5).

How they begin stands in ssh_names.toml.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from pellucid.formats.span import Data

LONGEST = 64
# A name ends where a list or a string goes on.
_NAME = re.compile(rb"[a-z0-9][a-z0-9@.\-]{3,62}")
_AROUND = frozenset(b"\0,")


class Name(msgspec.Struct, frozen=True):
    """A name at `offset`, and what it names: "key-exchange", "host-key", "cipher" or "mac"."""

    text: str
    offset: int
    kind: str


@cache
def beginnings() -> Mapping[bytes, str]:
    """What names begin with, and what those name."""
    text = Path(__file__).with_name("ssh_names.toml").read_text(encoding="utf-8")
    return {begin.encode(): kind for kind, begins in tomllib.loads(text).items() for begin in begins}


def name_at(data: Data, offset: int, kind: str) -> Name | None:
    """The name that begins there; None when it is part of something longer, such as a sentence."""
    window = bytes(data[max(offset - 1, 0) : offset + LONGEST])
    start = min(offset, 1)
    found = _NAME.match(window, start)
    if not found or (start and window[0] not in _AROUND) or window[found.end() : found.end() + 1] not in (b"\0", b","):
        return None
    return Name(found[0].decode(), offset, kind)


def crowd(names: list[Name], within: int, least: int) -> list[Name]:
    """Names that stand near to each other: in some window of so many bytes `least` different ones, of three kinds.

    `names` are in the order of their offsets.
    """
    crowded: dict[int, Name] = {}
    first = 0
    for last, name in enumerate(names):
        while names[first].offset < name.offset - within:
            first += 1
        near = names[first : last + 1]
        if len({item.text for item in near}) >= least and len({item.kind for item in near}) >= 3:
            crowded |= {item.offset: item for item in near}
    return list(crowded.values())
