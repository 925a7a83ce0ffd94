"""Magic numbers: which of many begin some bytes, without trying each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from mmap import mmap
from typing import Generic, TypeVar

T = TypeVar("T")


class MagicTable(Generic[T]):
    """Rows of (offset, magic, value), in order of preference. Rows with equal offset and length cost one look-up."""

    def __init__(self, rows: Iterable[tuple[int, bytes, T]]) -> None:
        self._values: list[T] = []
        places: dict[tuple[int, int], dict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
        for at, magic, value in rows:
            places[at, len(magic)][magic].append(len(self._values))
            self._values.append(value)
        self._places = tuple((at, at + length, dict(ranks)) for (at, length), ranks in sorted(places.items()))
        self._first = tuple((end, ranks) for at, end, ranks in self._places if at == 0)
        self._later = tuple(place for place in self._places if place[0] > 0)
        self._head = max((end for end, _ in self._first), default=0)

    def at_start(self, data: bytes | mmap) -> Iterator[T]:
        """The values whose magic stands where it should when a format begins at 0."""
        found: list[int] = []
        head = data[: self._head]
        for end, ranks in self._first:
            found += ranks.get(head[:end], ())
        size = len(data)
        for at, end, ranks in self._later:
            if end > size:
                continue
            found += ranks.get(data[at:end], ())
        found.sort()
        return (self._values[rank] for rank in found)
