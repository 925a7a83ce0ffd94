"""Values that databases keep in several pieces of a file, and where each byte of them lies there."""

from collections.abc import Sequence

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take

Part = tuple[int, int]
"""(offset in the file, length)"""


class Scattered(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a value, and the pieces that they came from."""

    data: bytes
    parts: tuple[Part, ...]

    def offset(self, position: int) -> int:
        """Where the byte at `position` of the value lies in the file."""
        for offset, length in self.parts:
            if position < length:
                return offset + position
            position -= length
        return self.parts[-1][0] if self.parts else 0


class Gathering:
    """Reads values out of a file. Those of a real database do not overlap, so that all together fit into it."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._left = len(data)

    def gather(self, parts: Sequence[Part]) -> Scattered:
        """The value in these pieces. Raises Malformed when the file is read more than once over."""
        self._left -= sum(length for _, length in parts)
        if self._left < 0:
            raise Malformed("values of the database lie in the same place")
        return Scattered(data=b"".join(take(self._data, *part) for part in parts), parts=tuple(parts))
