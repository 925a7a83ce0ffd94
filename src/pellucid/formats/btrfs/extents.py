"""The bytes of a file in btrfs: extents inside items or in chunks, plain or compressed; holes are zeros."""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Encrypted, Malformed, Unsupported
from pellucid.formats.btrfs.search import Root, Search
from pellucid.formats.packed_blocks import FAILURES, inflate, unlzo, unzstd
from pellucid.formats.span import Chunk, Data, pieces, take, zeros

EXTENT_ITEM = 108
HEAD, PLACE = Struct("<8xQ2BHB"), Struct("<4Q")
INLINE, REGULAR, WRITTEN_LATER = range(3)
PLAIN, ZLIB, LZO, ZSTD = range(4)
LARGEST_PACKED = 1 << 20
_LENGTH = Struct("<I")


class Reader:
    """Reads files; `sector` is what LZO's pieces are aligned to."""

    def __init__(self, data: Data, search: Search, sector: int) -> None:
        self._data = data
        self._search = search
        self._sector = sector

    def content(self, root: Root, inode: int, size: int) -> Iterator[Chunk]:
        """The first `size` bytes of an inode in pieces of up to 1 MiB."""
        position = 0
        for (_, _, start), item in self._search.items(root, (inode, EXTENT_ITEM, 0), (inode, EXTENT_ITEM, size)):
            if start < position:
                raise Malformed("the extents of a file overlap")
            yield from zeros(min(start, size) - position)
            position = min(start, size)
            for chunk in self._extent(item, size - position):
                yield chunk
                position += len(chunk)
        yield from zeros(size - position)

    def _extent(self, item: bytes, most: int) -> Iterator[Chunk]:
        if len(item) < HEAD.size:
            raise Malformed("an extent of a file is damaged")
        unpacked, method, cipher, _, kind = HEAD.unpack_from(item)
        if cipher:
            raise Encrypted("an extent of the file is encrypted")
        if kind == INLINE:
            packed = item[HEAD.size :]
            yield (self._unpack(method, packed, unpacked) if method else packed)[:most]
            return
        if len(item) < HEAD.size + PLACE.size:
            raise Malformed("an extent of a file is damaged")
        address, length, skipped, count = PLACE.unpack_from(item, HEAD.size)
        count = min(count, most)
        if not address or kind == WRITTEN_LATER:
            yield from zeros(count)
        elif kind != REGULAR:
            raise Malformed("an extent of a file is damaged")
        elif method == PLAIN:
            if skipped + count > length:
                raise Malformed("an extent of a file is damaged")
            yield from pieces(self._data, self._search.chunks.places(address + skipped, count)[0], count)
        else:
            if max(length, unpacked) > LARGEST_PACKED or skipped + count > unpacked:
                raise Malformed("a compressed extent is too large")
            packed = take(self._data, self._search.chunks.places(address, length)[0], length)
            yield self._unpack(method, packed, unpacked)[skipped : skipped + count]

    def _unpack(self, method: int, packed: bytes, size: int) -> bytes:
        """Exactly `size` bytes: what is missing at the end are zeros."""
        if size > LARGEST_PACKED:
            raise Malformed("a compressed extent is too large")
        try:
            if method == ZLIB:
                found = inflate(packed, size)
            elif method == LZO:
                found = self._unlzo(packed, size)
            elif method == ZSTD:
                found = unzstd(packed, size)
            else:
                raise Unsupported(f"compression {method} of btrfs is not known")
        except FAILURES as error:
            raise Malformed(f"a compressed extent is damaged: {str(error)[:100]}") from None
        return found.ljust(size, b"\0")

    def _unlzo(self, packed: bytes, size: int) -> bytes:
        """Pieces of one sector each, behind their lengths; no length crosses the end of a sector."""
        if len(packed) < _LENGTH.size:
            raise Malformed("a compressed extent is cut off")
        end, at = min(_LENGTH.unpack_from(packed)[0], len(packed)), _LENGTH.size
        parts: list[bytes] = []
        while at + _LENGTH.size <= end and len(parts) * self._sector < size:
            if self._sector - at % self._sector < _LENGTH.size:
                at += self._sector - at % self._sector
                continue
            (length,) = _LENGTH.unpack_from(packed, at)
            at += _LENGTH.size
            if not 0 < length <= end - at:
                raise Malformed("a compressed extent is cut off")
            parts.append(unlzo(packed[at : at + length], self._sector))
            at += length
        return b"".join(parts)[:size]
