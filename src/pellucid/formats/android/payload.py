"""payload.bin of Android's updates (AOSP, system/update_engine, update_metadata.proto, major version 2)."""

import bz2
import hashlib
import lzma
from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import protobuf
from pellucid.formats.protobuf import Message
from pellucid.formats.span import Chunk, Data, pieces, take, unpack, zeros
from pellucid.formats.streams import MEMORY_LIMIT, Unpacked, through

MAGIC = b"CrAU"
HEADER = Struct(">4s2QI")
VERSION = 2
LARGEST_MANIFEST = 16 << 20
LARGEST_PARTITION = 64 << 30
MOST_EXTENTS = 1 << 20
BLOCK_SIZES = (512, 1024, 2048, 4096, 8192, 16384)
REPLACE, REPLACE_BZ, ZERO, DISCARD, REPLACE_XZ = 0, 1, 6, 7, 8
NAMES = {
    2: "MOVE",
    3: "BSDIFF",
    4: "SOURCE_COPY",
    5: "SOURCE_BSDIFF",
    9: "PUFFDIFF",
    10: "BROTLI_BSDIFF",
    11: "ZUCCHINI",
    12: "LZ4DIFF_BSDIFF",
    13: "LZ4DIFF_PUFFDIFF",
    14: "ZSTD",
}
FULL = (REPLACE, REPLACE_BZ, ZERO, DISCARD, REPLACE_XZ)


class Operation(msgspec.Struct, frozen=True):
    """What fills `count` blocks from block `first`: `size` bytes at `at` of the payload, packed as `type` says."""

    first: int
    count: int
    type: int
    at: int
    size: int
    sha256: bytes


class Partition(msgspec.Struct, frozen=True, kw_only=True):
    """A partition as it is after the update; `sha256` is empty when not stated.

    With `verity`, a device computes hash trees and error correction itself: they are zeros here, the digest is not.
    """

    name: str
    size: int
    sha256: bytes
    operations: tuple[Operation, ...]
    version: str
    verity: bool

    @property
    def differences(self) -> list[str]:
        """The operations that need the old partition."""
        return sorted({NAMES.get(step.type, str(step.type)) for step in self.operations if step.type not in FULL})


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """`length` is all of it, with the signature at its end."""

    manifest: Message
    block_size: int
    data_at: int
    length: int


def read(data: Data, start: int = 0) -> Payload:
    """Header and manifest at `start`; raises Malformed."""
    magic, version, size, signature = unpack(HEADER, data, start)
    if magic != MAGIC or not 1 <= version <= VERSION or not 0 < size <= LARGEST_MANIFEST:
        raise Malformed("no payload of an Android update")
    if version < VERSION:
        raise Unsupported(f"a payload of the old version {version}")
    manifest = protobuf.read(take(data, start + HEADER.size, size))
    block_size = manifest.number(3, 4096)
    if block_size not in BLOCK_SIZES:
        raise Malformed("a payload with blocks of an impossible size")
    data_at = HEADER.size + size + signature
    end = manifest.number(4) + manifest.number(5)
    for update in manifest.messages(13):
        for step in update.messages(8):
            end = max(end, step.number(2) + step.number(3))
    if end > LARGEST_PARTITION:
        raise Malformed("a payload of an impossible size")
    return Payload(manifest=manifest, block_size=block_size, data_at=data_at, length=data_at + end)


def partitions(payload: Payload) -> Iterator[Partition | Malformed]:
    """All partitions, in the order of the manifest."""
    for update in payload.manifest.messages(13):
        name = update.text(1) or "unnamed"
        info = protobuf.read(update.bytes(7))
        try:
            operations = tuple(_operations(payload, update))
        except Malformed as error:
            yield type(error)(f"{name[:200]}: {error.message}")
            continue
        yield Partition(
            name=name,
            size=info.number(1)
            or max((step.first + step.count for step in operations), default=0) * payload.block_size,
            sha256=info.bytes(2),
            operations=operations,
            version=update.text(17),
            verity=bool(update.bytes(11) or update.bytes(15)),
        )


def content(data: Data, payload: Payload, partition: Partition) -> Iterator[Chunk]:
    """The bytes of a partition, from operations in any order; what none writes is zero.

    Raises Malformed for a damaged operation, and at the end when the digest is not the one stated.
    """
    digest = hashlib.sha256()
    for chunk in _content(data, payload, partition):
        digest.update(chunk)
        yield chunk
    if partition.sha256 and not partition.verity and digest.digest() != partition.sha256:
        raise Malformed("the SHA-256 of the partition differs")


def _content(data: Data, payload: Payload, partition: Partition) -> Iterator[Chunk]:
    if partition.size > LARGEST_PARTITION:
        raise Malformed("a partition of an impossible size")
    at = 0
    for step in sorted(partition.operations, key=lambda operation: operation.first):
        begin, room = step.first * payload.block_size, step.count * payload.block_size
        if begin < at:
            raise Malformed("two operations write to the same blocks")
        room = min(room, partition.size - begin)
        if room <= 0:
            continue
        yield from zeros(begin - at)
        written = 0
        for chunk in _unpacked(data, payload, step):
            piece = chunk[: room - written]
            written += len(piece)
            yield piece
            if written == room:
                break
        yield from zeros(room - written)
        at = begin + room
    yield from zeros(partition.size - at)


def _unpacked(data: Data, payload: Payload, step: Operation) -> Iterator[Chunk]:
    at, end = payload.data_at + step.at, payload.data_at + step.at + step.size
    stream: Unpacked
    match step.type:
        case 0:
            yield from pieces(data, at, step.size)
            return
        case 6 | 7:
            return
        case 1:
            stream = through(bz2.BZ2Decompressor(), data, at, end)
        case _:
            stream = through(lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=MEMORY_LIMIT), data, at, end)
    yield from stream


def _operations(payload: Payload, update: Message) -> Iterator[Operation]:
    """Operations on one run of blocks each; one that fills several runs of zeros becomes several."""
    extents = 0
    for message in update.messages(8):
        kind = message.number(1)
        runs = [(run.number(1), run.number(2)) for run in message.messages(6)]
        extents += len(runs)
        if extents > MOST_EXTENTS:
            raise Malformed("too many runs of blocks")
        if len(runs) != 1 and kind in (REPLACE, REPLACE_BZ, REPLACE_XZ):
            raise Unsupported("an operation that writes to several runs of blocks")
        for first, count in runs:
            if (first + count) * payload.block_size > LARGEST_PARTITION:
                raise Malformed("an operation outside any partition")
            yield Operation(first, count, kind, message.number(2), message.number(3), message.bytes(8))
