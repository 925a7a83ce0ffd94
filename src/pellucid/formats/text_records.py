"""Records as lines of text that load bytes to addresses: what Intel HEX and S-records have in common."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.load_regions import Regions
from pellucid.formats.member import Member, Members
from pellucid.formats.span import PIECE, Data

BELIEVED = 8
LARGEST = 256 << 20
MOST_FAILURES = 20
MOST_OTHERS = 1_000_000

R = TypeVar("R")


class Image(msgspec.Struct):
    """`header` is the text of the first record, `start` the address at which to begin, as text; "" when not stated.

    `records` counts those of data, `others` the lines that are no records at all.
    """

    regions: Regions = msgspec.field(default_factory=Regions)
    header: str = ""
    start: str = ""
    records: int = 0
    others: int = 0
    damaged: int = 0
    failures: list[Malformed] = msgspec.field(default_factory=list)

    def load(self, address: int, content: bytes) -> None:
        """Add a record of data; raises Malformed when there are too many that do not touch."""
        self.records += 1
        self.regions.add(address, content)

    def fail(self, failure: Malformed) -> None:
        """Count a damaged record; the first failures are kept."""
        self.damaged += 1
        if len(self.failures) < MOST_FAILURES:
            self.failures.append(failure)

    def facts(self) -> Iterator[tuple[str, str | int]]:
        """What is worth showing of the whole."""
        if self.header:
            yield "header", self.header
        if self.start:
            yield "startAddress", self.start
        yield "records", self.records
        if self.others:
            yield "otherLines", self.others

    def members(self) -> Members:
        """What failed, and one file for each region without a gap, named by its address."""
        yield from self.failures
        for region in self.regions.joined():
            if isinstance(region, Malformed):
                yield region
            else:
                address = f"0x{region[0]:08x}"
                yield Member(name=f"{address}.bin", chunks=[memoryview(region[1])], facts={"address": address})


def check(data: Data, start: int, longest: int, parse: Callable[[bytes], object]) -> None:
    """Raises what `parse` raises unless the first lines are records, of up to `longest` characters."""
    window = BELIEVED * (longest + 2)
    lines = data[start : start + window].replace(b"\r", b"\n").split(b"\n")
    first = [line for line in lines if line][:BELIEVED]
    whole = len(data) - start > window or len(first) < BELIEVED
    for line in first if whole else first[:-1]:
        parse(line.strip())


def records(data: Data, image: Image, mark: bytes, parse: Callable[[bytes], R]) -> Iterator[tuple[int, R]]:
    """(line number, record) of every line that begins with `mark`. Others and damaged ones are counted in `image`.

    Reading ends early when so many lines are no records that going on is a waste. Raises Unsupported for what is
    too large.
    """
    if len(data) > LARGEST:
        raise Unsupported(f"text records of {len(data):,} bytes are more than the {LARGEST:,} that are read")
    for number, line in enumerate(_lines(data), 1):
        if image.others + image.damaged > MOST_OTHERS:
            image.failures.append(Malformed(f"more than {MOST_OTHERS:,} lines are no records: the rest was not read"))
            return
        if not line.startswith(mark):
            image.others += 1
            continue
        try:
            record = parse(line.rstrip())
        except Malformed as error:
            image.fail(Malformed(f"line {number}: {error.message}"))
            continue
        yield number, record


def _lines(data: Data) -> Iterator[bytes]:
    """Lines that are not empty, without their ends; a long run without an end of line comes in pieces."""
    left = b""
    for at in range(0, len(data), PIECE):
        block = left + data[at : at + PIECE].replace(b"\r", b"\n")
        whole = block.split(b"\n")
        left = whole.pop()
        if len(left) > PIECE:
            whole.append(left)
            left = b""
        yield from filter(None, whole)
    if left:
        yield left
