"""Intel HEX (Intel, "Hexadecimal Object File Format Specification", revision A, 1988): text lines with checksums."""

import re

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats.span import Data
from pellucid.formats.text_records import Image, check, records

END = b":00000001FF"
LONGEST_LINE = 1 + 2 * (5 + 255)
TAIL = re.compile(rb"[\r\n\x1a ]*")
DATA, LAST, SEGMENT, SEGMENT_START, LINEAR, LINEAR_START = range(6)


def length(data: Data, start: int = 0) -> int:
    """To the last end record and the end of its line; all that there is without one.

    Raises Malformed unless the first lines are records with right checksums.
    """
    check(data, start, LONGEST_LINE, _record)
    at = max(data.rfind(END, start), data.rfind(END.lower(), start))
    if at < 0:
        return len(data) - start
    end = at + len(END)
    return (found.end() if (found := TAIL.match(data, end)) else end) - start


def read(data: Data) -> Image:
    """All records. What is damaged is left out and told; what follows an end record is read, too."""
    image, base, ended = Image(), 0, False
    for number, record in records(data, image, b":", _record):
        kind, content = record[3], record[4:-1]
        if kind == DATA:
            image.load(base + (record[1] << 8 | record[2]), content)
        elif kind in (SEGMENT, LINEAR):
            base = int.from_bytes(content, "big") << (16 if kind == LINEAR else 4)
        elif kind == LAST:
            ended = True
        elif kind in (SEGMENT_START, LINEAR_START):
            image.start = f"0x{content.hex()}" if kind == LINEAR_START else f"{content[:2].hex()}:{content[2:].hex()}"
        else:
            image.fail(Unsupported(f"line {number}: a record of the unknown type {kind:02x}"))
    if not ended:
        image.fail(Truncated("the end record is missing"))
    return image


def _record(line: bytes) -> bytes:
    """The bytes of a record, its checksum verified: length, address, type, data, checksum."""
    try:
        record = bytes.fromhex(line[1:].decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        raise Malformed("no record of Intel HEX") from None
    if line[:1] != b":" or len(record) < 5 or len(record) != record[0] + 5:
        raise Malformed("a record of a wrong length")
    if sum(record) & 0xFF:
        raise Malformed("the checksum of a record differs")
    if record[3] in (SEGMENT, LINEAR) and record[0] != 2:
        raise Malformed("an address record of a wrong length")
    return record
