"""Packs of Git, written byte by byte: also such as git would not write."""

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

COMMIT, TREE, BLOB, TAG, AT_OFFSET, BY_ID = 1, 2, 3, 4, 6, 7
NAMES = {COMMIT: "commit", TREE: "tree", BLOB: "blob", TAG: "tag"}
LEAST_COPY = 16


@dataclass(frozen=True)
class Part:
    """An object of a pack. `base`: the number of an earlier part, or an id. `size`: what is stated, if it is not so."""

    type: int
    content: bytes
    base: int | bytes = 0
    size: int | None = None


def pack(parts: Sequence[Part], digest: str = "sha1") -> bytes:
    """All of them, in this order."""
    out = bytearray(struct.pack(">4sII", b"PACK", 2, len(parts)))
    places: list[int] = []
    for part in parts:
        places.append(len(out))
        size = len(part.content) if part.size is None else part.size
        first, rest = part.type << 4 | size & 15, size >> 4
        out += bytes([first | 0x80]) + varint(rest) if rest else bytes([first])
        if isinstance(part.base, bytes):
            out += part.base
        elif part.type == AT_OFFSET:
            out += distance(places[-1] - places[part.base])
        out += zlib.compress(part.content)
    return bytes(out + hashlib.new(digest, out).digest())


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def distance(value: int) -> bytes:
    """As objects say how far another lies before them."""
    out = [value & 0x7F]
    while value := value >> 7:
        value -= 1
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def difference(base: bytes, target: bytes) -> bytes:
    """What makes `target` of `base`: the start that they share copied, the rest inserted."""
    shared = next((at for at, pair in enumerate(zip(base, target, strict=False)) if pair[0] != pair[1]), None)
    shared = min(len(base), len(target)) if shared is None else shared
    out = varint(len(base)) + varint(len(target))
    for at in range(0, shared, 0xFFFF):
        out += copy(at, min(shared - at, 0xFFFF))
    rest = target[shared:]
    return out + b"".join(bytes([len(rest[at : at + 127])]) + rest[at : at + 127] for at in range(0, len(rest), 127))


def copy(start: int, length: int) -> bytes:
    """The instruction to copy; zero stands for 64 KiB."""
    fields = start | length << 32
    there = [(bit, fields >> 8 * bit & 0xFF) for bit in range(7) if fields >> 8 * bit & 0xFF]
    return bytes([0x80 | sum(1 << bit for bit, _ in there), *(byte for _, byte in there)])


def identity(type_: int, content: bytes, digest: str = "sha1") -> bytes:
    """The id of an object."""
    return hashlib.new(digest, f"{NAMES[type_]} {len(content)}\0".encode() + content).digest()


def tree(*entries: tuple[str, str, bytes]) -> bytes:
    """Of (mode, name, id)."""
    return b"".join(f"{mode} {name}\0".encode() + id_ for mode, name, id_ in entries)


def commit(root: bytes, time: int, message: str = "a message") -> bytes:
    """By somebody at a time, in seconds since 1970."""
    person = f"A <a@acme.io> {time} +0000"
    return f"tree {root.hex()}\nauthor {person}\ncommitter {person}\n\n{message}\n".encode()


def history(digest: str = "sha1") -> list[Part]:
    """Two commits: the second lacks a file of the first and has another version of one, as both kinds of difference."""
    old, new, gone = b"line\n" * 40, b"line\n" * 40 + b"more\n", b"TOKEN=something\n"
    first = tree(("100644", "file", identity(BLOB, old, digest)), ("100644", "gone", identity(BLOB, gone, digest)))
    inner = tree(("40000", "sub", identity(TREE, first, digest)))
    last = tree(("100644", "file", identity(BLOB, new, digest)))
    return [
        Part(COMMIT, commit(identity(TREE, last, digest), 2000)),
        Part(COMMIT, commit(identity(TREE, inner, digest), 1000)),
        Part(BY_ID, difference(last, first), base=identity(TREE, last, digest)),
        Part(TREE, inner),
        Part(TREE, last),
        Part(BLOB, new),
        Part(AT_OFFSET, difference(new, old), base=5),
        Part(BLOB, gone),
        Part(TAG, b"object " + b"0" * 40 + b"\ntype commit\ntag v1\n\nsaid\n"),
    ]
