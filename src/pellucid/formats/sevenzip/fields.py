"""The numbers, bit vectors and digests in the header of a 7z archive (7zFormat.txt)."""

from struct import Struct

from pellucid.errors import Malformed, Truncated

MOST_THINGS = 1 << 20


class Fields:
    """Reads a header from its beginning; raises Truncated where it ends too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, length: int) -> bytes:
        if length > self.left:
            raise Truncated("the header of the archive ends too early")
        self._at += length
        return self._data[self._at - length : self._at]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """A number of 1 to 9 bytes: as many follow as the first one has leading one bits."""
        first = self.byte()
        extra = 8 - (first ^ 0xFF).bit_length()
        value = int.from_bytes(self.take(extra), "little")
        return value | (first & (1 << (7 - extra)) - 1) << 8 * extra if extra < 8 else value

    def section(self, seen: set[int], end: int, padding: int = -1) -> int:
        """The number of the next section, each of which comes once; that of `padding` as often as it likes."""
        number = self.byte()
        if number in seen and number not in (end, padding):
            raise Malformed(f"the section {number:#x} of the header comes twice")
        seen.add(number)
        return number

    def count(self, most: int = MOST_THINGS) -> int:
        """A number of things to follow."""
        value = self.number()
        if value > most:
            raise Malformed(f"the header of the archive states {value:,} things of a kind")
        return value

    def bits(self, count: int) -> list[bool]:
        """`count` bits, highest first."""
        raw = self.take(-(-count // 8))
        text = f"{int.from_bytes(raw, 'big'):0{len(raw) * 8}b}" if raw else ""
        return [digit == "1" for digit in text[:count]]

    def bits_unless_all(self, count: int) -> list[bool]:
        """A bit vector behind a byte that, when it is not zero, stands for all bits being set."""
        return [True] * count if self.byte() else self.bits(count)

    def digests(self, count: int) -> list[int | None]:
        """CRC-32 of those that have one."""
        return self._of(self.bits_unless_all(count), Struct("<I"))

    def times(self, count: int) -> list[int | None]:
        """Times in 100 ns since 1601 of those that have one; Malformed when they stand elsewhere."""
        defined = self.bits_unless_all(count)
        self.inside()
        return self._of(defined, Struct("<Q"))

    def attributes(self, count: int) -> list[int | None]:
        defined = self.bits_unless_all(count)
        self.inside()
        return self._of(defined, Struct("<I"))

    def inside(self) -> None:
        """Values may stand in another stream; nothing writes that."""
        if self.byte():
            raise Malformed("values of the header stand outside of it")

    def _of(self, defined: list[bool], layout: Struct) -> list[int | None]:
        values = layout.iter_unpack(self.take(layout.size * sum(defined)))
        return [next(values)[0] if there else None for there in defined]
