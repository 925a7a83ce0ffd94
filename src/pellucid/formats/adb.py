"""Packages of apk version 3: what the package says of itself (apk-v3(5); field numbers as in apk-tools 3).

A file is "ADB." and a schema, then blocks; "ADBd" stands before the same behind raw deflate, "ADBc" behind a compressor
that it names. The first block holds a tree of values, 32 bits each: four say the type, the others are the value or
where it lies. All numbers are little-endian.
"""

import zlib
from collections.abc import Iterator, Mapping
from struct import Struct

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import zstd
from pellucid.formats.span import Data, take, unpack

PLAIN, DEFLATE, COMPRESSED = b"ADB.", b"ADBd", b"ADBc"
PACKAGE = b"pckg"
START = Struct("<4s4sI")
ROOT = Struct("<B3xI")
NUMBER = Struct("<I")
LARGEST_BLOCK = 64 << 20
MOST_SLOTS, MOST_NEEDS = 64, 5000
LONGEST_TEXT = 64 << 10
SIZES = {0x8: 1, 0x9: 2, 0xA: 4}
ARRAY, OBJECT = 0xD, 0xE
DEFLATED, ZSTANDARD = 1, 2
# Numbers of fields: of a package, of what it says of itself, of a dependency.
INFORMATION, NAME = 1, 1
TEXTS = {"P": 1, "V": 2, "A": 5, "L": 6, "o": 7}
RELATIONS = {"D": 15, "p": 16}


def is_adb(data: Data) -> bool:
    """Whether this begins as such a file does."""
    return data[:4] in (PLAIN, DEFLATE, COMPRESSED)


def package(data: Data) -> Mapping[str, str]:
    """The fields of a package under the letters of an installed database (P, V, A, L, o, D, p).

    Empty for another schema, such as an index. Raises Malformed.
    """
    plain = _plain(data, START.size)
    magic, schema, size = unpack(START, plain)
    if magic != PLAIN:
        raise Malformed("no package of apk version 3")
    if schema != PACKAGE:
        return {}
    if size >> 30:
        raise Malformed("a package of apk version 3 does not begin with its data")
    length = size - NUMBER.size
    if not ROOT.size <= length <= LARGEST_BLOCK:
        raise Malformed("the data of a package of apk version 3 has an impossible size")
    tree = _Tree(take(_plain(data, START.size + length), START.size, length))
    information = tree.slots(tree.root, OBJECT).get(INFORMATION, 0)
    fields = tree.slots(information, OBJECT)
    found = {letter: tree.text(fields.get(number, 0)) for letter, number in TEXTS.items()}
    for letter, number in RELATIONS.items():
        found[letter] = " ".join(tree.names(fields.get(number, 0)))
    return found


class _Tree:
    def __init__(self, data: bytes) -> None:
        self._data = data
        version, self.root = unpack(ROOT, data)
        if version:
            raise Unsupported(f"version {version} of the data of apk")

    def slots(self, value: int, kind: int, most: int = MOST_SLOTS) -> dict[int, int]:
        """The values of an object or array by their numbers, from 1; none for another value."""
        if value >> 28 != kind:
            return {}
        at = value & 0x0FFFFFFF
        (count,) = unpack(NUMBER, self._data, at)
        stored = take(self._data, at, min(count, most + 1) * NUMBER.size)
        return {number: value for number, (value,) in enumerate(NUMBER.iter_unpack(stored)) if number}

    def text(self, value: int) -> str:
        size = SIZES.get(value >> 28)
        if size is None:
            return ""
        at = value & 0x0FFFFFFF
        length = int.from_bytes(take(self._data, at, size), "little")
        return take(self._data, at + size, min(length, LONGEST_TEXT)).decode("utf-8", "replace")

    def names(self, value: int) -> Iterator[str]:
        """The names of the dependencies in an array."""
        for item in self.slots(value, ARRAY, MOST_NEEDS).values():
            name = self.text(self.slots(item, OBJECT).get(NAME, 0))
            if name and not name.isspace():
                yield name[:256]


def _plain(data: Data, size: int) -> bytes:
    """The first `size` bytes behind the compressor, or fewer."""
    magic = data[:4]
    if magic == COMPRESSED:
        algorithm = data[4:5]
        if algorithm == bytes([ZSTANDARD]):
            return _joined(zstd.unpacked(data, 6), size)
        if algorithm == bytes([DEFLATED]):
            return _joined(_inflated(data, 6), size)
        raise Unsupported("a compressor of apk packages that is not known")
    return _joined(_inflated(data, 4), size) if magic == DEFLATE else data[:size]


def _inflated(data: Data, start: int) -> Iterator[bytes]:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(start, len(data), 1 << 16):
            rest = data[at : at + (1 << 16)]
            while rest and not stream.eof:
                yield stream.decompress(rest, 1 << 20)
                rest = stream.unconsumed_tail
    except zlib.error as error:
        raise Malformed("the package is not compressed as it says") from error


def _joined(pieces: Iterator[bytes | memoryview], size: int) -> bytes:
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) >= size:
            break
    return bytes(found[:size])
