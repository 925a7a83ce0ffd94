"""Motorola S-records (Motorola, M68000 Family Programmer's Reference Manual, appendix C): lines with checksums."""

import re

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Data
from pellucid.formats.text_records import Image, check, records

LONGEST_LINE = 4 + 2 * 255
LAST_LINE = re.compile(rb"\n[0-9A-Fa-fS]*[\r\n\x1a ]*")
HEADER, COUNT, WIDE_COUNT = 0, 5, 6
ADDRESS_SIZES = {0: 2, 1: 2, 2: 3, 3: 4, 5: 2, 6: 3, 7: 4, 8: 3, 9: 2}
DATA, STARTS = (1, 2, 3), (7, 8, 9)
ENDS = b"S7", b"S8", b"S9"


def length(data: Data, start: int = 0) -> int:
    """To the end of the last line of termination; all that there is without one.

    Raises Malformed unless the first lines are records with right checksums.
    """
    check(data, start, LONGEST_LINE, _record)
    at = max(data.rfind(b"\n" + mark, start) for mark in ENDS)
    if at < 0:
        return len(data) - start
    return (found.end() if (found := LAST_LINE.match(data, at)) else at) - start


def read(data: Data) -> Image:
    """All records. What is damaged is left out and told."""
    image, ended = Image(), False
    for _, (kind, address, content) in records(data, image, b"S", _record):
        if kind in DATA:
            image.load(address, content)
        elif kind in STARTS:
            image.start, ended = f"0x{address:08x}", True
        elif kind == HEADER:
            image.header = content.rstrip(b"\0").decode("utf-8", "backslashreplace")
        elif kind in (COUNT, WIDE_COUNT) and address != image.records & (0xFFFF if kind == COUNT else 0xFFFFFF):
            image.fail(Malformed(f"{address:,} records are stated, {image.records:,} are there"))
    if not ended:
        image.fail(Truncated("the record of termination is missing"))
    return image


def _record(line: bytes) -> tuple[int, int, bytes]:
    """(type, address, data) of a record, its checksum verified."""
    size = ADDRESS_SIZES.get(line[1] - 0x30) if len(line) >= 4 and line[0] == 0x53 else None
    if size is None:
        raise Malformed("no S-record")
    try:
        record = bytes.fromhex(line[2:].decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        raise Malformed("no S-record") from None
    if len(record) < 2 + size or len(record) != record[0] + 1:
        raise Malformed("a record of a wrong length")
    if sum(record) & 0xFF != 0xFF:
        raise Malformed("the checksum of a record differs")
    return line[1] - 0x30, int.from_bytes(record[1 : 1 + size], "big"), record[1 + size : -1]
