"""Magic numbers: which of many begin some bytes, without trying each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from mmap import mmap
from typing import Generic, TypeVar

T = TypeVar("T")
NEAR = 4096


class MagicTable(Generic[T]):
    """Rows of (offset, magic, value), in order of preference. A magic at 0 is looked up by its first byte."""

    def __init__(self, rows: Iterable[tuple[int, bytes, T]]) -> None:
        self._values: list[T] = []
        first: dict[int, list[tuple[bytes, int]]] = defaultdict(list)
        later: dict[tuple[int, int], dict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
        for at, magic, value in rows:
            rank = len(self._values)
            self._values.append(value)
            if at:
                later[at + len(magic), at][magic].append(rank)
            else:
                first[magic[0]].append((magic, rank))
        self._first = dict(first)
        self._later = [
            (at, end, frozenset(magic[0] for magic in ranks), dict(ranks)) for (end, at), ranks in sorted(later.items())
        ]
        self._head = max((len(magic) for pairs in first.values() for magic, _ in pairs), default=1)

    def at_start(self, data: bytes | mmap) -> Iterator[T]:
        """The values whose magic stands where it should when a format begins at 0."""
        size = len(data)
        if not size:
            return iter(())
        # Most of what stands elsewhere stands near, and an object in memory is asked more quickly than a mapping.
        head = bytes(data[: max(self._head, NEAR)])
        near = len(head)
        found = [rank for magic, rank in self._first.get(head[0], ()) if head.startswith(magic)]
        for at, end, bytes_, ranks in self._later:
            if end > size:
                break
            if (head[at] if at < near else data[at]) in bytes_:
                found += ranks.get(data[at:end], ())
        found.sort()
        return (self._values[rank] for rank in found)
