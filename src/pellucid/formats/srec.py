"""Motorola S-records (Motorola, M68000 Family Programmer's Reference Manual, appendix C): lines with checksums."""

import re
from dataclasses import dataclass, field

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats.intel_hex import lines
from pellucid.formats.load_regions import Regions
from pellucid.formats.span import Data

BELIEVED = 8
LARGEST = 256 << 20
LONGEST_LINE = 4 + 2 * 255
MOST_FAILURES = 20
MOST_OTHERS = 1_000_000
LAST_LINE = re.compile(rb"\n[0-9A-Fa-fS]*[\r\n\x1a ]*")
HEADER, COUNT, WIDE_COUNT = 0, 5, 6
ADDRESS_SIZES = {0: 2, 1: 2, 2: 3, 3: 4, 5: 2, 6: 3, 7: 4, 8: 3, 9: 2}
DATA, STARTS = (1, 2, 3), (7, 8, 9)
ENDS = b"S7", b"S8", b"S9"


@dataclass
class Image:
    """`header` is the text of the first record, `start` the address at which to begin, -1 when not stated.

    `records` counts those of data, `others` the lines that are no records at all.
    """

    regions: Regions = field(default_factory=Regions)
    header: str = ""
    start: int = -1
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


def length(data: Data, start: int = 0) -> int:
    """To the end of the last line of termination; all that there is without one.

    Raises Malformed unless the first lines are records with right checksums.
    """
    window = BELIEVED * (LONGEST_LINE + 2)
    head = data[start : start + window].replace(b"\r", b"\n").split(b"\n")
    first = [line for line in head if line][:BELIEVED]
    for line in first if len(data) - start > window or len(first) < BELIEVED else first[:-1]:
        _record(line.strip())
    at = max(data.rfind(b"\n" + mark, start) for mark in ENDS)
    if at < 0:
        return len(data) - start
    return (found.end() if (found := LAST_LINE.match(data, at)) else at) - start


def read(data: Data) -> Image:
    """All records. What is damaged is left out and told."""
    if len(data) > LARGEST:
        raise Unsupported(f"S-records of {len(data):,} bytes are larger than the {LARGEST:,} that are read")
    image, ended = Image(), False
    for number, line in enumerate(lines(data), 1):
        if image.hopeless:
            image.failures.append(Malformed(f"more than {MOST_OTHERS:,} lines are no records: the rest was not read"))
            break
        if line[0] != 0x53:
            image.others += 1
            continue
        try:
            kind, address, content = _record(line.rstrip())
        except Malformed as error:
            image.fail(Malformed(f"line {number}: {error.message}"))
            continue
        if kind in DATA:
            image.records += 1
            image.regions.add(address, content)
        elif kind in STARTS:
            image.start, ended = address, True
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
