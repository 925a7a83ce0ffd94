"""bzip2 streams (no written standard; layout as in bzip2 1.0.8)."""

import bz2

from pellucid.errors import Malformed
from pellucid.formats.span import Data
from pellucid.formats.streams import Unpacked, joined, through

BLOCK = b"1AY&SY"
END = b"\x17rE8P\x90"
HEADER_SIZE = 4


def check(data: Data, start: int) -> None:
    """Raise Malformed unless a stream header stands at `start`."""
    header = data[start : start + HEADER_SIZE]
    following = data[start + HEADER_SIZE : start + HEADER_SIZE + len(BLOCK)]
    if header[:3] != b"BZh" or header[3:] not in b"123456789" or following not in (BLOCK, END):
        raise Malformed("no bzip2 header")


def unpacked(data: Data, start: int) -> Unpacked:
    """All streams from `start` on, as one."""
    check(data, start)
    return (yield from joined(through(bz2.BZ2Decompressor(), data, start), lambda at: _following(data, at)))


def _following(data: Data, at: int) -> Unpacked | None:
    try:
        check(data, at)
    except Malformed:
        return None
    return through(bz2.BZ2Decompressor(), data, at)
