"""Compiled XML of Android, as the manifest of an application is (AOSP, androidfw/ResourceTypes.h, ResXMLTree)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack

MAGIC = b"\x03\x00\x08\x00"
CHUNK = Struct("<HHI")
STRINGS, RESOURCES, START_ELEMENT = 0x0001, 0x0180, 0x0102
POOL = Struct("<8xIIIII")
ELEMENT = Struct("<8x8xIIHHH")
ATTRIBUTE = Struct("<IIIHBBI")
UTF_8 = 1 << 8
NONE = 0xFFFFFFFF
TEXT, INTEGERS = 3, (0x10, 0x11)
MOST_CHUNKS, MOST_STRINGS, MOST_ATTRIBUTES, LARGEST = 20_000, 100_000, 500, 16 << 20
LONGEST = 4096


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """Attributes by name, and by the number of their resource ("0x0101021c") as names may be taken away."""

    name: str
    attributes: dict[str, str]
    at: int


def elements(data: Data) -> Iterator[Element]:
    """The elements in their order; raises Malformed. References to resources give no value."""
    kind, header, size = unpack(CHUNK, data)
    if kind != 3 or header != CHUNK.size or size > min(len(data), LARGEST):
        raise Malformed("no compiled XML of Android")
    pool: _Pool | None = None
    resources: tuple[int, ...] = ()
    at = header
    for _ in range(MOST_CHUNKS):
        if at + CHUNK.size > size:
            return
        kind, header, length = unpack(CHUNK, data, at)
        if length < CHUNK.size or at + length > size:
            raise Malformed("a part of compiled XML has an impossible length")
        if kind == STRINGS and pool is None:
            pool = _Pool(data, at, length)
        elif kind == RESOURCES:
            count = min((length - CHUNK.size) // 4, MOST_STRINGS)
            resources = unpack(Struct(f"<{count}I"), data, at + CHUNK.size)
        elif kind == START_ELEMENT and pool:
            yield _element(data, at, pool, resources)
        at += length


def _element(data: Data, at: int, pool: "_Pool", resources: tuple[int, ...]) -> Element:
    _, name, start, size, count = unpack(ELEMENT, data, at)
    if size < ATTRIBUTE.size or count > MOST_ATTRIBUTES:
        raise Malformed("attributes of an impossible size")
    attributes: dict[str, str] = {}
    for number in range(count):
        row = unpack(ATTRIBUTE, data, at + 16 + start + number * size)
        _, key, raw, _, _, kind, value = row
        text = pool.text(raw) if raw != NONE else pool.text(value) if kind == TEXT else ""
        if not text and kind in INTEGERS:
            text = str(value)
        attributes.setdefault(pool.text(key), text)
        if key < len(resources):
            attributes.setdefault(f"0x{resources[key]:08x}", text)
    return Element(name=pool.text(name), attributes=attributes, at=at)


class _Pool:
    """The strings, decoded when they are asked for."""

    def __init__(self, data: Data, at: int, length: int) -> None:
        count, _, self._flags, strings, _ = unpack(POOL, data, at)
        if count > MOST_STRINGS:
            raise Malformed("too many strings")
        _, header, _ = unpack(CHUNK, data, at)
        self._offsets: tuple[int, ...] = unpack(Struct(f"<{count}I"), data, at + header)
        self._data, self._start, self._end = data, at + strings, at + length

    def text(self, number: int) -> str:
        """The string of a number, "" when there is none; raises Malformed."""
        if number >= len(self._offsets):
            return ""
        at = self._start + self._offsets[number]
        if self._flags & UTF_8:
            at += 1 + (take(self._data, at, 1)[0] >> 7)
            length, at = self._length(at, 1)
            content = take(self._data, at, min(length, LONGEST))
            return content.decode("utf-8", "replace")
        length, at = self._length(at, 2)
        return take(self._data, at, 2 * min(length, LONGEST)).decode("utf-16-le", "replace")

    def _length(self, at: int, width: int) -> tuple[int, int]:
        """(length, offset behind it); the highest bit says that another unit follows."""
        first = int.from_bytes(take(self._data, at, width), "little")
        top = 1 << 8 * width - 1
        if not first & top:
            return first, at + width
        second = int.from_bytes(take(self._data, at + width, width), "little")
        return (first & top - 1) << 8 * width | second, at + 2 * width
