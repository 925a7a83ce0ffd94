"""Partitions of a disk and what lies between them, whatever table they come from."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats.span import PIECE, Data

SECTOR = 512
SMALLEST_GAP = 16
# Tables that list the same bytes again and again would multiply them.
MOST_COVERED = 2


class Partition(msgspec.Struct, frozen=True, kw_only=True):
    """`number` as tools count it, from 1; `offset` and `size` in bytes; `facts` what the table says beside."""

    number: int
    offset: int
    size: int
    type: str
    label: str = ""
    facts: Mapping[str, str] = msgspec.field(default_factory=dict)

    @property
    def end(self) -> int:
        return self.offset + self.size

    @property
    def name(self) -> str:
        """A file name: the number and the label, else the type."""
        shown = "".join(letter if letter.isprintable() and letter != "/" else "_" for letter in self.label or self.type)
        return f"{self.number}-{shown}.img"


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of the disk from `offset`, to be looked at as the file `name`. `size` may be more than there is."""

    name: str
    offset: int
    size: int
    facts: Mapping[str, str]


def type_name(table: str, number: str) -> str:
    """What a type of the `table` "mbr" or "gpt" is for; the number itself when it is not known."""
    return _types()[table].get(number, number)


def regions(
    data: Data, partitions: Iterable[Partition], used: Sequence[tuple[int, int]], end: int
) -> Iterator[Region | Malformed]:
    """Each partition, then what lies outside of them and outside the (start, end) that are `used` by tables."""
    ordered = sorted(partitions, key=lambda partition: (partition.offset, partition.number))
    covered = 0
    for partition in ordered:
        covered += min(partition.size, max(len(data) - partition.offset, 0))
        if covered > MOST_COVERED * len(data):
            yield Unsupported(f"{partition.name}: partitions that overlap are not read again")
        elif partition.offset >= len(data):
            yield Malformed(f"{partition.name}: it begins behind the end of the disk")
        else:
            yield _region(partition)
    taken = [*used, *((partition.offset, partition.end) for partition in ordered)]
    for begin, stop in _between(taken, min(end, len(data))):
        start = _first_content(data, begin, stop)
        if stop - start >= SMALLEST_GAP and not _erased(data, start, stop):
            facts = {"offset": str(start), "size": str(stop - start)}
            yield Region(name=f"outside-0x{start:08x}.bin", offset=start, size=stop - start, facts=facts)


def _region(partition: Partition) -> Region:
    facts = {"partitionType": partition.type, "partitionLabel": partition.label, **partition.facts}
    facts |= {"offset": str(partition.offset), "size": str(partition.size)}
    stated = {name: value for name, value in facts.items() if value}
    return Region(name=partition.name, offset=partition.offset, size=partition.size, facts=stated)


def _between(taken: Iterable[tuple[int, int]], end: int) -> Iterator[tuple[int, int]]:
    position = 0
    for start, stop in sorted(taken):
        if start > position:
            yield position, min(start, end)
        position = max(position, stop)
    if position < end:
        yield position, end


def _first_content(data: Data, start: int, end: int) -> int:
    """Where the first sector begins that is not all zero: what a boot ROM looks for stands there."""
    for at in range(start, end, PIECE):
        piece = data[at : min(at + PIECE, end)]
        rest = piece.lstrip(b"\0")
        if rest:
            return max(at + (len(piece) - len(rest)) // SECTOR * SECTOR, start)
    return end


def _erased(data: Data, start: int, end: int) -> bool:
    """Whether all of it is 0xFF, as flash is where nothing was written."""
    return not any(data[at : min(at + PIECE, end)].strip(b"\xff") for at in range(start, end, PIECE))


@cache
def _types() -> dict[str, dict[str, str]]:
    text = Path(__file__).with_name("partition_types.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
