"""A compressed stream as something to read from: so many bytes now, a part of it as chunks later, the rest skipped."""

from collections.abc import Iterable, Iterator

from pellucid.errors import Malformed, Truncated
from pellucid.formats.span import Chunk


class Pulled:
    """Reads forward through `chunks`; never holds more than one of them and what was asked for."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = iter(chunks)
        self._chunk: memoryview = memoryview(b"")
        self._failure: Malformed | None = None
        self.position = 0

    def take(self, length: int) -> bytes:
        """Exactly `length` bytes, which must be few; raises Truncated at the end."""
        return b"".join(self.upto(length))

    def upto(self, length: int) -> Iterator[memoryview]:
        """`length` bytes as views; raises Truncated after the last one that is there."""
        while length:
            while not self._chunk:
                self._chunk = self._following()
            view, self._chunk = self._chunk[:length], self._chunk[length:]
            length -= len(view)
            self.position += len(view)
            yield view

    def _following(self) -> memoryview:
        """The next chunk. What failed once fails again in the same way."""
        if self._failure:
            raise self._failure
        try:
            found = next(self._chunks, None)
            if found is None:
                raise Truncated("the unpacked data ends too early")
        except Malformed as error:
            self._failure = error
            raise
        return memoryview(found)

    def skip(self, length: int) -> None:
        """Pass over `length` bytes."""
        for _ in self.upto(length):
            pass

    def part(self, length: int, *, alignment: int = 1) -> "Part":
        """The next `length` bytes and the padding behind them, to be read or skipped before anything else is."""
        return Part(self, length, alignment)


class Part:
    """A run of bytes of a stream: iterate over it, then `skip` what was not read."""

    def __init__(self, source: Pulled, length: int, alignment: int) -> None:
        self._source = source
        self._end = source.position + length
        self._next = source.position + -(-length // alignment) * alignment

    def __iter__(self) -> Iterator[bytes]:
        for view in self._source.upto(self._end - self._source.position):
            yield bytes(view)

    def skip(self) -> None:
        """Pass over what was not read, and the padding."""
        self._source.skip(self._next - self._source.position)
