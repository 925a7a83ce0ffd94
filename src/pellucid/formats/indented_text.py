"""Lines of text in which the indentation has a meaning, as lock files have them."""

from collections.abc import Iterator

import msgspec

from pellucid.formats.span import Data

LARGEST = 32 << 20
LONGEST_LINE = 4096
MOST_LINES = 1_000_000


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """`indent` counts spaces, `text` has none around it, `offset` is that of the first character of the text."""

    offset: int
    indent: int
    text: str


def lines(data: Data) -> Iterator[Line]:
    """The lines that are neither empty nor comments (#), cut after 4,096 bytes; at most a million, of 32 MiB."""
    start, size = 0, min(len(data), LARGEST)
    for _ in range(MOST_LINES):
        if start >= size:
            return
        end = data.find(b"\n", start, size)
        end = size if end < 0 else end
        raw = bytes(data[start : min(end, start + LONGEST_LINE)]).rstrip()
        body = raw.lstrip(b" ")
        if body and not body.startswith(b"#"):
            indent = len(raw) - len(body)
            yield Line(offset=start + indent, indent=indent, text=body.decode("utf-8", "replace"))
        start = end + 1


def unquoted(text: str) -> str:
    """What stands between the quotes that `text` begins and ends with, else all of it."""
    quoted = len(text) >= 2 and text[0] in "\"'" and text[-1] == text[0]
    return text[1:-1] if quoted else text
