"""The index of UBIFS, a tree of keys; what hangs below a damaged node of it is a range of keys that is lost."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data
from pellucid.formats.ubifs.nodes import INDEX, KEY, Superblock, node, unpack

COUNTS = Struct("<24xHH")
BRANCH = Struct("<III")
SMALLEST_BRANCH = BRANCH.size + KEY.size
DEEPEST = 64
MOST_LEAVES = 2_000_000
LAST_KEY = (1 << 64) - 1


class Leaf(msgspec.Struct, frozen=True):
    """The node of a key stands at `at`."""

    key: int
    at: int


class Lost(msgspec.Struct, frozen=True):
    """Keys from `first` up to and with `last` cannot be found by the index, because of `reason`."""

    first: int
    last: int
    reason: Malformed


def key_of(raw: bytes, at: int = 0) -> int:
    """A key as a number that sorts as keys do: the inode's number, then 3 bits of type and 29 of block or hash."""
    number, rest = KEY.unpack_from(raw, at)
    return int(number) << 32 | int(rest)


def walk(data: Data, volume: Superblock, root: tuple[int, int]) -> Iterator[Leaf | Lost]:
    """All leaves in the order of their keys. `root` is (LEB, offset) of the uppermost node."""
    waiting: list[tuple[int, int, int, int | None]] = [(_place(volume, *root), 0, LAST_KEY, None)]
    seen: set[int] = set()
    leaves = 0
    while waiting:
        at, first, last, level = waiting.pop()
        if level == -1:
            leaves += 1
            if leaves > MOST_LEAVES:
                raise Malformed(f"more than {MOST_LEAVES:,} nodes: the rest was not read")
            yield Leaf(first, at)
            continue
        if at in seen:
            yield Lost(first, last, Malformed("it goes round in circles"))
            continue
        seen.add(at)
        try:
            waiting.extend(reversed(_branches(data, volume, at, last, level)))
        except Malformed as error:
            yield Lost(first, last, error)


def _branches(
    data: Data, volume: Superblock, at: int, last: int, level: int | None
) -> list[tuple[int, int, int, int | None]]:
    """(offset, first key, last key, level) of all below the index node at `at`; level -1 is a leaf."""
    found = node(data, at)
    count, own = unpack(COUNTS, found, INDEX)
    if own > DEEPEST or (level is not None and own != level):
        raise Malformed("the levels of the index are wrong")
    size = (len(found.raw) - COUNTS.size) // count if count else 0
    if size < SMALLEST_BRANCH:
        raise Malformed("a node of the index is too short")
    below: list[tuple[int, int, int, int | None]] = []
    places = range(COUNTS.size, COUNTS.size + count * size, size)
    keys = [key_of(found.raw, place + BRANCH.size) for place in places]
    for place, first, following in zip(places, keys, [*keys[1:], last], strict=True):
        block, offset, _ = BRANCH.unpack_from(found.raw, place)
        below.append((_place(volume, block, offset), first, following, own - 1))
    return below


def _place(volume: Superblock, block: int, offset: int) -> int:
    """The offset of a node in the image; one that lies outside is not there either."""
    if block >= volume.blocks or offset >= volume.block:
        return volume.length
    return block * volume.block + offset
