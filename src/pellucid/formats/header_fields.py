"""Fields of headers, "Name: value", with continuation lines that begin with a space (RFC 5322, Debian control, R)."""

from collections.abc import Iterator

import msgspec

from pellucid.formats.span import Data

LARGEST = 1 << 20
MOST_FIELDS = 5000
LONGEST_NAME, LONGEST_VALUE = 64, 4096


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """`offset` is where the name stands; `value` is one line, continuation lines are joined by spaces."""

    name: str
    value: str
    offset: int


def fields(data: Data, start: int = 0) -> Iterator[Field]:
    """The fields from `start` up to the first empty line, at most 5,000 of 1 MiB; long values are cut."""
    name, value, offset = "", "", start
    at, count = start, 0
    content = bytes(data[start : start + LARGEST])
    for line in content.split(b"\n"):
        shown = line[:LONGEST_VALUE].decode("utf-8", "replace").rstrip()
        if not shown.strip() or count >= MOST_FIELDS:
            break
        if shown[0] in " \t":
            if len(value) < LONGEST_VALUE:
                value = f"{value} {shown.strip()}".strip()
        else:
            if name:
                yield Field(name=name, value=value, offset=offset)
            name, colon, value = shown.partition(":")
            name = name.strip() if colon and len(name) <= LONGEST_NAME else ""
            value, offset = value.strip(), at
            count += 1
        at += len(line) + 1
    if name:
        yield Field(name=name, value=value, offset=offset)
