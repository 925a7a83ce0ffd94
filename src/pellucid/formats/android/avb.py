"""Verified boot: the footer behind an image and the vbmeta structure (AOSP, external/avb, libavb, version 1)."""

from collections.abc import Iterator
from contextlib import suppress
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.dm_verity import HashTree, check
from pellucid.formats.span import Data, take, unpack

FOOTER, VBMETA = b"AVBf", b"AVB0"
FOOTER_LAYOUT = Struct(">4s2I3Q28x")
HEADER = Struct(">4s2I2QI2Q2Q2Q2Q2QQ2I48s80x")
DESCRIPTOR = Struct(">2Q")
TREE_LAYOUT = Struct(">I3Q3I2Q32s4I60x")
LARGEST = 1 << 20
MOST_DESCRIPTORS = 1000
ALGORITHMS = ("none", *(f"SHA{digest}_RSA{key}" for digest in (256, 512) for key in (2048, 4096, 8192)))
PROPERTY, HASHTREE, HASH, COMMAND_LINE, CHAIN = range(5)
KINDS = ("property", "hashtree", "hash", "cmdline", "chain")
# Where the length of the partition's name stands in a descriptor, and where the name does.
NAMES = {HASHTREE: (104, 180), HASH: (56, 132), CHAIN: (20, 92)}


class Vbmeta(msgspec.Struct, frozen=True, kw_only=True):
    """Offsets count from the start of the data; `length` is that of header and both blocks."""

    facts: dict[str, str]
    key: tuple[int, int]
    signature: tuple[int, int]
    length: int


def footer(data: Data) -> tuple[int, int, int] | None:
    """(size of the image, offset and size of its vbmeta), when the data ends with a footer."""
    if len(data) < FOOTER_LAYOUT.size or data[-FOOTER_LAYOUT.size :][:4] != FOOTER:
        return None
    _, major, _, original, at, size = unpack(FOOTER_LAYOUT, data, len(data) - FOOTER_LAYOUT.size)
    # The footer of another partition that ends here counts from elsewhere.
    if data[at : at + 4] != VBMETA:
        return None
    if major != 1 or not original <= at or at + size > len(data) - FOOTER_LAYOUT.size or not 0 < size <= LARGEST:
        return None
    return original, at, size


def read(data: Data, start: int = 0) -> Vbmeta:
    """The structure at `start`; raises Malformed for impossible ones."""
    fields = unpack(HEADER, data, start)
    magic, major, _, signing, auxiliary, algorithm = fields[:6]
    signature_at, signature, key_at, key, _, _, rows_at, rows, rollback, flags, place, release = fields[8:20]
    if magic != VBMETA or major != 1 or signing % 64 or auxiliary % 64 or algorithm >= len(ALGORITHMS):
        raise Malformed("no vbmeta header")
    if max(signing, auxiliary) > LARGEST or rows_at + rows > auxiliary or key_at + key > auxiliary:
        raise Malformed("the blocks of a vbmeta are impossible")
    if signature_at + signature > signing:
        raise Malformed("the signature of a vbmeta lies outside it")
    facts = {
        "algorithm": ALGORITHMS[algorithm],
        "rollbackIndex": str(rollback),
        "flags": f"0x{flags:x}",
        "release": release.partition(b"\0")[0].decode("utf-8", "backslashreplace"),
    }
    if place:
        facts["rollbackIndexLocation"] = str(place)
    block = start + HEADER.size + signing
    for name, value in _descriptors(take(data, block + rows_at, rows)):
        facts[name] = value
    return Vbmeta(
        facts=facts,
        key=(block + key_at, key),
        signature=(start + HEADER.size + signature_at, signature),
        length=HEADER.size + signing + auxiliary,
    )


def hash_trees(data: Data, start: int = 0) -> Iterator[tuple[HashTree, bytes]]:
    """Each tree over a partition that the structure at `start` describes, with its root digest; in the partition, the
    data stand first. Trees that are impossible are left out.
    """
    read(data, start)
    fields = unpack(HEADER, data, start)
    block, rows_at, rows = start + HEADER.size + fields[3], fields[14], fields[15]
    for kind, body in _bodies(take(data, block + rows_at, rows)):
        if kind == HASHTREE:
            version, size, at, _, data_block, hash_block, _, _, _, algorithm, name, salt, digest, _ = unpack(
                TREE_LAYOUT, body, DESCRIPTOR.size
            )
            behind = DESCRIPTOR.size + TREE_LAYOUT.size
            text = take(body, behind, name + salt + digest)
            tree = HashTree(
                algorithm=_text(algorithm),
                salt=text[name : name + salt],
                data_block=data_block,
                hash_block=hash_block,
                blocks=size // max(data_block, 1),
                at=at,
                salted_first=version == 1,
                name=_text(text[:name]),
            )
            with suppress(Malformed):
                check(tree)
                yield tree, text[name + salt :]


def _bodies(rows: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, whole) of each descriptor."""
    at = 0
    for _ in range(MOST_DESCRIPTORS):
        if at >= len(rows):
            return
        kind, size = unpack(DESCRIPTOR, rows, at)
        body = take(rows, at, DESCRIPTOR.size + size)
        at += len(body)
        yield kind, body


def _descriptors(rows: bytes) -> Iterator[tuple[str, str]]:
    """What the descriptors say, as facts: properties, partitions, the kernel's command line."""
    for number, (kind, body) in enumerate(_bodies(rows)):
        if kind == PROPERTY:
            key, value = unpack(DESCRIPTOR, body, 16)
            text = take(body, 32, key + value + 2)
            yield f"property.{_text(text[:key])}", _text(text[key + 1 : -1])
        elif kind == COMMAND_LINE:
            (length,) = unpack(_WORD, body, 20)
            yield f"cmdline.{number}", _text(take(body, 24, length))
        elif kind in NAMES:
            length_at, name_at = NAMES[kind]
            (length,) = unpack(_WORD, body, length_at)
            yield f"{KINDS[kind]}.{_text(take(body, name_at, length))}", _digest(kind, body)


def _digest(kind: int, body: bytes) -> str:
    """The algorithm and the digest of a partition; of a chained one, the place of its rollback index."""
    if kind == CHAIN:
        return f"rollbackIndexLocation {unpack(_WORD, body, 16)[0]}"
    name_length, salt, digest = unpack(_LENGTHS, body, NAMES[kind][0])
    algorithm = take(body, NAMES[kind][0] - 32, 32)
    at = NAMES[kind][1] + name_length + salt
    return f"{_text(algorithm)} {take(body, at, digest).hex()}"


def _text(field_bytes: bytes) -> str:
    return field_bytes.partition(b"\0")[0].decode("utf-8", "backslashreplace")


_WORD = Struct(">I")
_LENGTHS = Struct(">3I")
