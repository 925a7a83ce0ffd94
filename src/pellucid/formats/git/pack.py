"""Packs of Git (gitformat-pack(5), git 2.45): the objects of a repository, most of them as differences to others.

What lies where is only known once everything was unpacked; the index beside a pack is not asked.
"""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Generator, Iterator
from functools import cached_property
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Truncated, Unsupported
from pellucid.formats.git import delta
from pellucid.formats.span import PIECE, Data, pieces, take, unpack
from pellucid.formats.streams import MOST_MEASURED, Unpacked, drained

MAGICS = (b"PACK\0\0\0\2", b"PACK\0\0\0\3")
HEADER = Struct(">4sII")
TYPES = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
AT_OFFSET, BY_ID = 6, 7
DIGESTS = {"sha1": 20, "sha256": 32}
LONGEST_HEAD = 64
MOST_OBJECTS = 1 << 19
MOST_CONTENT = 64 << 20
# Objects that others are built on, at one time.
MOST_HELD = 192 << 20

Base = int | bytes
"""What a difference is one to: the offset of an object in the pack, or its id."""


class Packed(msgspec.Struct, frozen=True):
    """An object as it lies there. `size`, in bytes, is that of the content, or of the difference to `base`.

    `offset` is where its header begins, `at` where its stream does.
    """

    offset: int
    type: str
    size: int
    at: int
    base: Base | None = None


class GitObject(msgspec.Struct, frozen=True):
    """An object, and its id."""

    type: str
    id: bytes
    content: bytes


class Pack(msgspec.Struct, dict=True):
    """What lies in a pack, up to `end`; `failure`: why there is not more. `digest`: what ids are made with."""

    data: Data
    digest: str
    roots: list[Packed] = msgspec.field(default_factory=list)
    deltas: defaultdict[Base, list[Packed]] = msgspec.field(default_factory=lambda: defaultdict(list))
    end: int = 0
    failure: Malformed | None = None

    def objects(self, *types: str) -> Iterator[GitObject | Malformed]:
        """Those of the types, each once. A Malformed says what could not be read, and with it all that is built on it.

        Differences to objects that are not there come as one Malformed; see `left`.
        """
        heavy = self._heavy
        for root in self.roots:
            if root.type in types:
                yield from self._family(root, heavy)

    @property
    def left(self) -> int:
        """How many differences have not been applied to anything yet."""
        return sum(map(len, self.deltas.values()))

    @cached_property
    def _heavy(self) -> dict[int, int]:
        """By offset, how many differences are built on one, as far as it is known before ids are."""
        found: dict[int, int] = defaultdict(int)
        pairs = ((base, item.offset) for base, items in self.deltas.items() if isinstance(base, int) for item in items)
        for base, offset in sorted(pairs, key=lambda pair: -pair[1]):
            found[base] += found.get(offset, 0) + 1
        return found

    def _family(self, root: Packed, heavy: dict[int, int]) -> Iterator[GitObject | Malformed]:
        """An object and all that is built on it, whatever order they lie in.

        That on which most is built comes last, when what it is built on itself is no longer needed: so few are held.
        """
        waiting: list[tuple[Packed, bytes, bool]] = [(root, b"", False)]
        held = 0
        while waiting:
            packed, base, is_last = waiting.pop()
            held -= len(base) if is_last else 0
            try:
                found = self._resolved(packed, root.type, base)
            except Malformed as error:
                yield type(error)(f"object at {packed.offset:#x}: {error.message}")
                continue
            yield found
            built = self.deltas.pop(packed.offset, []) + self.deltas.pop(found.id, [])
            if built and held + len(found.content) > MOST_HELD:
                yield Unsupported(f"object at {packed.offset:#x}: too much is held to see what is built on it")
            elif built:
                built.sort(key=lambda item: -heavy.get(item.offset, 0))
                waiting += [(item, found.content, not number) for number, item in enumerate(built)]
                held += len(found.content)

    def _resolved(self, packed: Packed, type_: str, base: bytes) -> GitObject:
        if packed.size > MOST_CONTENT:
            raise Unsupported(f"an object of {packed.size:,} bytes")
        content = b"".join(inflated(self.data, packed.at, packed.size))
        if packed.base is not None:
            content = delta.applied(base, content, MOST_CONTENT)
        return GitObject(type_, identified(self.digest, type_, content), content)


def identified(digest: str, type_: str, content: bytes) -> bytes:
    """The id of an object."""
    return hashlib.new(digest, b"%s %d\0" % (type_.encode(), len(content)) + content, usedforsecurity=False).digest()


def read(data: Data, start: int = 0) -> Pack:
    """What can be read of the pack at `start`. Raises Malformed when that is not even its first object."""
    pack = _listed(data, start, "sha1")
    if pack.failure and not isinstance(pack.failure, Unsupported):
        other = _listed(data, start, "sha256")
        pack = other if other.failure is None or other.end > pack.end else pack
    if pack.failure and not pack.roots:
        raise pack.failure
    return pack


def length(data: Data, start: int) -> int:
    """Of the whole pack, its checksum and all. Raises Malformed for one that is cut off or damaged."""
    pack = read(data, start)
    if pack.failure:
        raise pack.failure
    return pack.end - start


def inflated(data: Data, at: int, size: int) -> Unpacked:
    """Exactly `size` bytes out of the stream at `at`; returns where it ends."""
    engine = zlib.decompressobj()
    left, fed, step = size, b"", min(size + LONGEST_HEAD, PIECE)
    while not engine.eof:
        if not fed:
            fed, step = data[at : at + step], PIECE
            at += len(fed)
            if not fed:
                raise Truncated("the compressed data is cut off")
        try:
            piece = engine.decompress(fed, min(PIECE, left + 1))
        except zlib.error as error:
            raise Malformed(f"the compressed data is damaged: {error}") from None
        fed = engine.unconsumed_tail
        left -= len(piece)
        if left < 0:
            raise Malformed("more comes out than is stated")
        if piece:
            yield piece
    if left:
        raise Malformed("less comes out than is stated")
    return at - len(engine.unused_data)


def _listed(data: Data, start: int, digest: str) -> Pack:
    """All objects in a row, if ids are made with `digest`."""
    magic, version, count = unpack(HEADER, data, start)
    if magic != b"PACK" or version not in (2, 3):
        raise Malformed("no pack of Git")
    if count > MOST_OBJECTS:
        raise Unsupported(f"a pack of {count:,} objects")
    pack = Pack(data, digest, end=start + HEADER.size)
    try:
        for packed, end in _walk(data, pack.end, count, DIGESTS[digest]):
            if packed.base is None:
                pack.roots.append(packed)
            else:
                pack.deltas[packed.base].append(packed)
            pack.end = end
        pack.end = _checked(data, start, pack.end, digest)
    except Malformed as error:
        pack.failure = error
    return pack


def _walk(data: Data, at: int, count: int, width: int) -> Generator[tuple[Packed, int]]:
    """Each object, and where it ends."""
    left = MOST_MEASURED
    for _ in range(count):
        packed = _packed(data, at, width)
        left -= packed.size
        if left < 0:
            raise Unsupported("more than 4 GiB come out of a pack")
        at = drained(inflated(data, packed.at, packed.size))
        yield packed, at


def _packed(data: Data, offset: int, width: int) -> Packed:
    """Three bits say what it is, then come its size and what it is a difference to."""
    head = data[offset : offset + LONGEST_HEAD]
    if not head:
        raise Truncated("the pack is cut off")
    size, at = head[0] & 0x0F, 1
    if head[0] & 0x80:
        more, at = delta.number(head, 1)
        size |= more << 4
    code = head[0] >> 4 & 7
    if code in TYPES:
        return Packed(offset, TYPES[code], size, offset + at)
    if code == BY_ID:
        return Packed(offset, "", size, offset + at + width, take(head, at, width))
    if code != AT_OFFSET:
        raise Malformed(f"an object of the type {code}")
    back, at = _distance(head, at)
    if back > offset:
        raise Malformed("a difference to what lies before the pack")
    return Packed(offset, "", size, offset + at, offset - back)


def _distance(head: bytes, at: int) -> tuple[int, int]:
    """How far an object lies before another: seven bits of each byte, the highest first, no value in two ways."""
    value = -1
    for index, byte in enumerate(head[at : at + delta.LONGEST_NUMBER]):
        value = (value + 1) << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, at + index + 1
    raise Truncated("a number is cut off, or too long")


def _checked(data: Data, start: int, end: int, digest: str) -> int:
    """Where the checksum of everything before it ends."""
    stated = take(data, end, DIGESTS[digest])
    engine = hashlib.new(digest, usedforsecurity=False)
    for piece in pieces(data, start, end - start):
        engine.update(piece)
    if engine.digest() != stated:
        raise Malformed("the checksum of the pack differs")
    return end + len(stated)
