"""Berkeley DB files with the access method "hash": their values, in the order of the pages.

Specification: the structures in Berkeley DB's sources, dbinc/db_page.h; versions 7 to 10 of the hash format, in either
byte order. A page has a header of 26 bytes, then the offsets of its items, which fill the page from its end; keys and
values take turns. What is large lies in a chain of overflow pages. Buckets are not followed: every page of the file
that holds pairs is read.
"""

from collections.abc import Iterator
from struct import Struct

from pellucid.errors import Encrypted, Malformed, Unsupported
from pellucid.formats.scattered import Gathering, Part, Scattered
from pellucid.formats.span import Data, take, unpack

MAGIC = 0x061561
MAGIC_OFFSET = 12
VERSIONS = range(7, 11)
PAGE_HEADER = 26
UNSORTED, OVERFLOW, SORTED = 2, 7, 13
INLINE, OFF_PAGE = 1, 3
CHECKSUMS = 1


def is_hash(data: Data) -> bool:
    """Whether this begins as such a file does, in either byte order."""
    magic = data[MAGIC_OFFSET : MAGIC_OFFSET + 4]
    return magic in (MAGIC.to_bytes(4, "little"), MAGIC.to_bytes(4, "big"))


def values(data: Data) -> Iterator[tuple[bytes, Scattered]]:
    """(key, value) of each pair; keys that are not on their page are empty. Raises Malformed."""
    yield from _Reader(data).pairs()


class _Reader:
    def __init__(self, data: Data) -> None:
        order = "<" if data[MAGIC_OFFSET : MAGIC_OFFSET + 4] == MAGIC.to_bytes(4, "little") else ">"
        magic, version, self._page_size, encryption, flags = unpack(Struct(order + "III BxB"), data, MAGIC_OFFSET)
        if magic != MAGIC:
            raise Malformed("no Berkeley DB hash file")
        if version not in VERSIONS:
            raise Unsupported(f"version {version} of Berkeley DB's hash format")
        if encryption:
            raise Encrypted("the Berkeley DB file is encrypted")
        if flags & CHECKSUMS:
            raise Unsupported("a Berkeley DB file with checksums")
        if not 512 <= self._page_size <= 65536 or self._page_size & (self._page_size - 1):
            raise Malformed("a Berkeley DB file with an impossible size of pages")
        self._data, self._gathering, self._chained = data, Gathering(data), set[int]()
        self._head = Struct(order + "8x4x4xIHHBB")
        self._item = Struct(order + "B3xII")
        self._short = Struct(order + "H")

    def pairs(self) -> Iterator[tuple[bytes, Scattered]]:
        for start in range(self._page_size, len(self._data) - self._page_size + 1, self._page_size):
            _, entries, _, _, kind = self._head.unpack_from(self._data, start)
            if kind not in (UNSORTED, SORTED) or not entries:
                continue
            index = take(self._data, start + PAGE_HEADER, min(entries * 2, self._page_size - PAGE_HEADER))
            places = [place for (place,) in self._short.iter_unpack(index)]
            ends = [self._page_size, *places]
            items = [(start + place, end - place) for place, end in zip(places, ends, strict=False)]
            if any(length < 1 for _, length in items) or places[-1] < PAGE_HEADER + len(index):
                raise Malformed("items of a page of the Berkeley DB file overlap")
            for key, value in zip(items[::2], items[1::2], strict=False):
                if (found := self._value(*value)) is not None:
                    yield self._key(*key), found

    def _key(self, at: int, length: int) -> bytes:
        item = self._data[at : at + length]
        return item[1:] if item[0] == INLINE else b""

    def _value(self, at: int, length: int) -> Scattered | None:
        """The bytes of an item; None for one of a kind that holds no value itself (duplicates)."""
        kind = self._data[at]
        if kind == INLINE:
            return self._gathering.gather([(at + 1, length - 1)])
        if kind != OFF_PAGE:
            return None
        _, page, size = unpack(self._item, self._data, at)
        parts: list[Part] = []
        while size:
            start = page * self._page_size
            if not page or page in self._chained or start + self._page_size > len(self._data):
                raise Malformed("a chain of pages of the Berkeley DB file leads nowhere")
            self._chained.add(page)
            page, _, used, _, of_kind = self._head.unpack_from(self._data, start)
            if of_kind != OVERFLOW or not 0 < used <= self._page_size - PAGE_HEADER:
                raise Malformed("a chain of pages of the Berkeley DB file leads to another page")
            parts.append((start + PAGE_HEADER, min(used, size)))
            size -= min(used, size)
        return self._gathering.gather(parts)
