"""Intel HEX (Intel, "Hexadecimal Object File Format Specification", revision A, 1988): text lines with checksums."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats.load_regions import Regions
from pellucid.formats.span import PIECE, Data

END = b":00000001FF"
BELIEVED = 8
LARGEST = 256 << 20
LONGEST_LINE = 1 + 2 * (5 + 255)
MOST_FAILURES = 20
MOST_OTHERS = 1_000_000
TAIL = re.compile(rb"[\r\n\x1a ]*")
DATA, LAST, SEGMENT, SEGMENT_START, LINEAR, LINEAR_START = range(6)


@dataclass
class Image:
    """`start` is the address at which to begin, as text.

    `records` counts those of data, `others` the lines that are no records at all.
    """

    regions: Regions = field(default_factory=Regions)
    start: str = ""
    records: int = 0
    others: int = 0
    damaged: int = 0
    failures: list[Malformed] = field(default_factory=list)

    @property
    def hopeless(self) -> bool:
        """Whether so much of it is no record that reading on is a waste."""
        return self.others + self.damaged > MOST_OTHERS

    def fail(self, failure: Malformed) -> None:
        self.damaged += 1
        if len(self.failures) < MOST_FAILURES:
            self.failures.append(failure)


def lines(data: Data, start: int = 0) -> Iterator[bytes]:
    """Lines that are not empty, without their ends; a long run without an end of line comes in pieces."""
    left = b""
    for at in range(start, len(data), PIECE):
        block = left + data[at : at + PIECE].replace(b"\r", b"\n")
        whole = block.split(b"\n")
        left = whole.pop()
        if len(left) > PIECE:
            whole.append(left)
            left = b""
        yield from filter(None, whole)
    if left:
        yield left


def length(data: Data, start: int = 0) -> int:
    """To the last end record and the end of its line; all that there is without one.

    Raises Malformed unless the first lines are records with right checksums.
    """
    head = data[start : start + BELIEVED * (LONGEST_LINE + 2)].replace(b"\r", b"\n").split(b"\n")
    first = [line for line in head if line][:BELIEVED]
    cut = len(data) - start > BELIEVED * (LONGEST_LINE + 2)
    for line in first if cut or len(first) < BELIEVED else first[:-1]:
        _record(line.strip())
    at = max(data.rfind(END, start), data.rfind(END.lower(), start))
    if at < 0:
        return len(data) - start
    end = at + len(END)
    return (found.end() if (found := TAIL.match(data, end)) else end) - start


def read(data: Data) -> Image:
    """All records. What is damaged is left out and told; what follows an end record is read, too."""
    if len(data) > LARGEST:
        raise Unsupported(f"Intel HEX of {len(data):,} bytes is larger than the {LARGEST:,} that are read")
    image, base, ended = Image(), 0, False
    for number, line in enumerate(lines(data), 1):
        if image.hopeless:
            image.failures.append(Malformed(f"more than {MOST_OTHERS:,} lines are no records: the rest was not read"))
            break
        if line[0] != 0x3A:
            image.others += 1
            continue
        try:
            record = _record(line.rstrip())
        except Malformed as error:
            image.fail(Malformed(f"line {number}: {error.message}"))
            continue
        kind, content = record[3], record[4:-1]
        if kind == DATA:
            image.records += 1
            image.regions.add(base + (record[1] << 8 | record[2]), content)
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
