"""Flattened device trees (Devicetree Specification 0.4, chapter 5): the tree, with values left where they are.

FIT images of U-Boot use the same container; `is_fit` tells them from a description of hardware.
"""

from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, unpack

MAGIC = b"\xd0\x0d\xfe\xed"
HEADER = Struct(">4s9I")
WORD = Struct(">I")
PROPERTY = Struct(">2I")
BEGIN, END, PROP, NOP, FINISH = 1, 2, 3, 4, 9
OLDEST, NEWEST = 16, 17
DEEPEST = 64
MOST_TOKENS = 1_000_000
LONGEST_NAME = 256
MOST_VALUE = 1 << 16


class Node(msgspec.Struct):
    """`properties`: name -> (offset, length) of the value."""

    name: str
    properties: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    children: dict[str, "Node"] = msgspec.field(default_factory=dict)


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Offsets and sizes in bytes, from `start`, where the tree begins in the data."""

    start: int
    size: int
    structure: int
    structure_size: int
    strings: int
    strings_size: int


class Tree:
    """A whole device tree; raises Malformed when it cannot be read to its end."""

    def __init__(self, data: Data, start: int = 0) -> None:
        self._data = data
        self.header = read_header(data, start)
        self._names: dict[int, str] = {}
        self.root = self._read()

    def value(self, node: Node, name: str) -> bytes:
        """The bytes of a property, up to 64 KiB; empty when there is none."""
        at, length = node.properties.get(name, (0, 0))
        return self._data[at : at + min(length, MOST_VALUE)]

    def text(self, node: Node, name: str) -> str:
        """The first string of a property."""
        return self.value(node, name).partition(b"\0")[0].decode("utf-8", "backslashreplace")

    def texts(self, node: Node, name: str) -> list[str]:
        """All strings of a property."""
        parts = self.value(node, name).split(b"\0")
        return [part.decode("utf-8", "backslashreplace") for part in parts if part]

    def number(self, node: Node, name: str) -> int | None:
        """A property of one or two words; None when there is none."""
        value = self.value(node, name)
        return int.from_bytes(value, "big") if len(value) in (4, 8) else None

    def _read(self) -> Node:
        header = self.header
        at, end = header.start + header.structure, header.start + header.structure + header.structure_size
        top = Node("")
        path = [top]
        for _ in range(MOST_TOKENS):
            (token,) = unpack(WORD, self._data, at) if at < end else (FINISH,)
            at += 4
            match token:
                case 1:
                    name, at = self._name(at, end)
                    child = Node(name)
                    path[-1].children.setdefault(name, child)
                    path.append(child)
                case 2 if len(path) > 1:
                    path.pop()
                case 3:
                    at = self._property(path[-1], at, end)
                case 4:
                    continue
                case 9 if len(path) == 1 and len(top.children) == 1:
                    return next(iter(top.children.values()))
                case _:
                    raise Malformed("the structure of a device tree is damaged")
            if len(path) > DEEPEST:
                raise Malformed("a device tree is too deep")
        raise Malformed("a device tree is too long")

    def _property(self, node: Node, at: int, end: int) -> int:
        fields = unpack(PROPERTY, self._data, at)
        length, name_at = int(fields[0]), int(fields[1])
        at += PROPERTY.size
        if at + length > end:
            raise Malformed("a property of a device tree is cut off")
        node.properties[self._string(name_at)] = (at, length)
        return self._aligned(at + length)

    def _name(self, at: int, end: int) -> tuple[str, int]:
        stop = self._data.find(b"\0", at, min(at + LONGEST_NAME, end))
        if stop < 0:
            raise Malformed("a name in a device tree does not end")
        return self._data[at:stop].decode("utf-8", "backslashreplace"), self._aligned(stop + 1)

    def _aligned(self, at: int) -> int:
        """The next multiple of four from the start of the tree, wherever that is in the data."""
        start = self.header.start
        return start + (at - start + 3 & ~3)

    def _string(self, offset: int) -> str:
        found = self._names.get(offset)
        if found is None:
            at = self.header.start + self.header.strings + offset
            stop = self._data.find(b"\0", at, at + LONGEST_NAME)
            if stop < 0:
                raise Malformed("a name in a device tree does not end")
            found = self._names[offset] = self._data[at:stop].decode("utf-8", "backslashreplace")
        return found


def read_header(data: Data, start: int) -> Header:
    """The header at `start`, checked; `size` may be more than there is."""
    magic, size, structure, strings, reserved, version, oldest, _, strings_size, structure_size = unpack(
        HEADER, data, start
    )
    if magic != MAGIC or version < OLDEST or oldest not in (OLDEST, NEWEST) or version > 32:
        raise Malformed("no device tree")
    if version < NEWEST:
        structure_size = max(size - structure, 0)
    ends = (structure + structure_size, strings + strings_size)
    if structure % 4 or not HEADER.size <= min(structure, strings, reserved) or max(ends) > size:
        raise Malformed("the parts of a device tree lie outside it")
    return Header(
        start=start,
        size=size,
        structure=structure,
        structure_size=structure_size,
        strings=strings,
        strings_size=strings_size,
    )


def is_fit(data: Data, start: int = 0) -> bool:
    """Whether the tree at `start` is a FIT image: it holds images. False for a plain device tree."""
    return "images" in Tree(data, start).root.children
