"""Files of a firmware volume, FFS versions 1 to 3 (UEFI Platform Initialization 1.8, volume 3, 3.2.3)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.identify import is_padding
from pellucid.formats.span import PIECE, Data
from pellucid.formats.uefi import guid
from pellucid.formats.uefi.volume import Volume

HEADER = Struct("<16sBBBB3sB")
LARGE_HEADER = 32
LARGE, CHECKED = 0x01, 0x40
VERSION_1 = "7A9354D9-0468-444A-81CE-0BF617D890DF"
HEADER_VALID, DATA_VALID, DELETED, HEADER_INVALID = 0x02, 0x04, 0x10, 0x20
RAW, PAD, LARGEST_SECTIONED = 0x01, 0xF0, 0x0F
MOST_TRIES = 200_000
TYPES = {
    0x01: "raw",
    0x02: "freeform",
    0x03: "securityCore",
    0x04: "peiCore",
    0x05: "dxeCore",
    0x06: "peim",
    0x07: "driver",
    0x08: "combinedPeimDriver",
    0x09: "application",
    0x0A: "mm",
    0x0B: "volumeImage",
    0x0C: "combinedMmDxe",
    0x0D: "mmCore",
    0x0E: "mmStandalone",
    0x0F: "mmCoreStandalone",
    PAD: "pad",
}


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file whose content lies from `at` to `end` in the data; `checksum` is None when it has none."""

    guid: str
    type: int
    at: int
    end: int
    checksum: int | None

    @property
    def type_name(self) -> str:
        return TYPES.get(self.type, f"0x{self.type:02x}")

    @property
    def sectioned(self) -> bool:
        return RAW < self.type <= LARGEST_SECTIONED


class Rest(msgspec.Struct, frozen=True):
    """Bytes between files, from `at` to `end` in the data, that are neither a file nor erased."""

    at: int
    end: int


def files(data: Data, start: int, volume: Volume) -> Iterator[File | Rest | Malformed]:
    """Live files, in order; deleted ones are left out. What is no file is searched for the next that is one."""
    end = min(start + volume.length, len(data))
    at = start + volume.body
    while at + HEADER.size <= end:
        if _erased(data, at, at + HEADER.size, volume):
            if not _erased(data, at, end, volume):
                yield from _resumed(data, at, end, volume)
            return
        found = _header(data, at, end, volume)
        if found is None:
            behind = _next(data, at + 8, start, end, volume)
            yield Malformed(f"no file at offset 0x{at - start:x} of the volume")
            yield Rest(at, behind)
            at = behind
            continue
        state, item = found
        if state & DATA_VALID and not state & (DELETED | HEADER_INVALID):
            yield item
        at = item.end + (start - item.end) % 8


def first_is_file(data: Data, start: int, volume: Volume) -> bool:
    """Whether a file stands where the first one should; how to tell that an unknown file system is FFS."""
    end = min(start + volume.length, len(data))
    return _header(data, start + volume.body, end, volume) is not None


def _resumed(data: Data, at: int, end: int, volume: Volume) -> Iterator[Rest]:
    """What was written behind the last file, without the erased bytes in front and behind."""
    while at < end and _erased(data, at, min(at + 4096, end), volume):
        at += 4096
    if at < end:
        yield Rest(at, end)


def _header(data: Data, at: int, end: int, volume: Volume) -> tuple[int, File] | None:
    """(state, file), or None when its header is not sound."""
    if at + HEADER.size > end:
        return None
    name, _, file_sum, kind, attributes, size24, state = HEADER.unpack_from(data, at)
    length, size = HEADER.size, int.from_bytes(size24, "little")
    if attributes & LARGE and volume.file_system != VERSION_1 and at + LARGE_HEADER <= end:
        length = LARGE_HEADER
        size = int.from_bytes(data[at + HEADER.size : at + LARGE_HEADER], "little")
    if not length <= size <= end - at:
        return None
    if (sum(data[at : at + length]) - file_sum - state) & 0xFF:
        return None
    tail = 2 if attributes & LARGE and volume.file_system == VERSION_1 and size >= length + 2 else 0
    if volume.erased == b"\xff":
        state ^= 0xFF
    if not state & HEADER_VALID:
        return None
    stated = file_sum if attributes & CHECKED else None
    return state, File(guid=guid.text(name), type=kind, at=at + length, end=at + size - tail, checksum=stated)


def sound(data: Data, file: File) -> bool:
    """Whether the checksum of a file's content, if it has one, is right. Reads all of it."""
    if file.checksum is None:
        return True
    pieces = range(file.at, file.end, PIECE)
    return (sum(sum(data[at : min(at + PIECE, file.end)]) for at in pieces) + file.checksum) & 0xFF == 0


def _next(data: Data, at: int, start: int, end: int, volume: Volume) -> int:
    """Where the next sound header of a file stands, that is followed by another or by nothing; else the end."""
    valid = b"\xf8" if volume.erased == b"\xff" else b"\x07"
    place = at + HEADER.size - 1
    for _ in range(MOST_TRIES):
        place = data.find(valid, place, end)
        if place < 0:
            return end
        candidate = place - HEADER.size + 1
        if not (candidate - start) % 8 and data[candidate + 18] in TYPES:
            found = _header(data, candidate, end, volume)
            if found:
                behind = found[1].end + (start - found[1].end) % 8
                if behind + HEADER.size > end or _erased(data, behind, behind + HEADER.size, volume):
                    return candidate
                if _header(data, behind, end, volume):
                    return candidate
        place += 1
    return end


def _erased(data: Data, at: int, end: int, volume: Volume) -> bool:
    return data[at : at + 1] == volume.erased and is_padding(data, at, end)
