"""Microcode updates of Intel processors (Intel SDM, volume 3, 10.11.1: Microcode Update)."""

import re
import struct
from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack

HEADER = Struct("<IIIIIIIII12x")
EXTENSION = Struct("<II12x")
SIGNATURE = Struct("<III")
VERSION = 1
DEFAULT_DATA = 2000
LARGEST = 4 << 20
MOST_SIGNATURES = 64
MOST_UPDATES = 10_000
LONGEST_GAP = 1 << 16
NOT_ERASED = re.compile(rb"[^\xff]")


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """`length` in bytes, header and table of further processors included; `processors` are (signature, flags)."""

    length: int
    revision: int
    date: str
    processors: tuple[tuple[int, int], ...]

    @property
    def facts(self) -> dict[str, str]:
        """The header in words."""
        signature, flags = self.processors[0]
        found = {
            "cpuSignature": f"0x{signature:08x}",
            "processorFlags": f"0x{flags:02x}",
            "revision": f"0x{self.revision:08x}",
            "date": self.date,
        }
        if len(self.processors) > 1:
            found["furtherProcessors"] = ", ".join(f"0x{also:08x}" for also, _ in self.processors[1:])
        return found


def read(data: Data, start: int = 0) -> Update:
    """The update at `start`, with its checksum verified; strict, since it has no magic."""
    version, revision, date, signature, _, loader, flags, size, total = unpack(HEADER, data, start)
    size = size or DEFAULT_DATA
    total = total or DEFAULT_DATA + HEADER.size
    if version != VERSION or loader != VERSION or not signature or flags > 0xFF:
        raise Malformed("no microcode update")
    if size % 4 or total % 4 or not HEADER.size + size <= total <= LARGEST:
        raise Malformed("a microcode update of an impossible size")
    day, month, year = date >> 16 & 0xFF, date >> 24, date & 0xFFFF
    if not (0x01 <= day <= 0x31 and 0x01 <= month <= 0x12 and 0x1993 <= year <= 0x2099):
        raise Malformed("a microcode update of an impossible date")
    body = take(data, start, total)
    if sum(struct.unpack_from(f"<{(HEADER.size + size) // 4}I", body)) & 0xFFFFFFFF:
        raise Malformed("the checksum of the microcode update differs")
    processors = ((signature, flags), *_further(body, HEADER.size + size))
    return Update(length=total, revision=revision, date=f"{year:04x}-{month:02x}-{day:02x}", processors=processors)


def updates(data: Data, start: int = 0) -> Iterator[tuple[int, Update]]:
    """(offset, update) of those that follow each other from `start`, padding between them; the first must be one."""
    at = start
    yield at, (update := read(data, at))
    for _ in range(MOST_UPDATES):
        end = at + update.length
        written = NOT_ERASED.search(data, end, end + LONGEST_GAP)
        if written is None:
            return
        at = written.start()
        try:
            update = read(data, at)
        except Malformed:
            return
        yield at, update


def _further(body: bytes, at: int) -> list[tuple[int, int]]:
    """Other processors that the update is for, from the table behind it; none when that is damaged."""
    if at + EXTENSION.size > len(body):
        return []
    count, _ = EXTENSION.unpack_from(body, at)
    end = at + EXTENSION.size + count * SIGNATURE.size
    if not 0 < count <= MOST_SIGNATURES or end > len(body):
        return []
    if sum(struct.unpack(f"<{(end - at) // 4}I", body[at:end])) & 0xFFFFFFFF:
        return []
    return [(signature, flags) for signature, flags, _ in SIGNATURE.iter_unpack(body[at + EXTENSION.size : end])]
