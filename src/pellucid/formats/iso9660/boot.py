"""What a PC starts from a disc: the boot catalogue ("El Torito" Bootable CD-ROM Format Specification, 1.0)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import fat
from pellucid.formats.iso9660.volume import SECTOR
from pellucid.formats.span import Data, take

ENTRY = Struct("<BBHBxHI20x")
VALIDATION, SECTION, LAST_SECTION, EXTENSION = 0x01, 0x90, 0x91, 0x44
BOOTABLE = 0x88
CATALOG_SIZE = 64 * 32
VIRTUAL = 512
PLATFORMS = {0: "x86", 1: "PowerPC", 2: "Mac", 0xEF: "EFI"}
MEDIA = {0: "none", 1: "1.2M floppy", 2: "1.44M floppy", 3: "2.88M floppy", 4: "hard disk"}
FLOPPIES = {1: 1200 << 10, 2: 1440 << 10, 3: 2880 << 10}


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """`at` and `size` in bytes; `size` is what is loaded, which may be less than all of it."""

    number: int
    platform: str
    media: str
    bootable: bool
    at: int
    size: int

    @property
    def facts(self) -> dict[str, str]:
        return {
            "bootPlatform": self.platform,
            "bootEmulation": self.media,
            "bootable": "yes" if self.bootable else "no",
        }


def images(data: Data, sector: int) -> Iterator[Image]:
    """The entries of the catalogue at `sector`. Raises Malformed for a catalogue that does not begin as one."""
    raw = take(data, sector * SECTOR, CATALOG_SIZE)
    if raw[0] != VALIDATION or raw[30:32] != b"\x55\xaa":
        raise Malformed("the boot catalogue begins like none")
    platform, left, number = raw[1], 1, 0
    for at in range(32, CATALOG_SIZE, 32):
        kind, media = raw[at], raw[at + 1]
        if kind in (SECTION, LAST_SECTION) and not left:
            platform, left = media, int.from_bytes(raw[at + 2 : at + 4], "little")
        elif left and kind in (0, BOOTABLE):
            left -= 1
            image = _image(data, raw[at : at + 32], number + 1, platform)
            if image.at:
                number += 1
                yield image
        elif kind != EXTENSION:
            return


def _image(data: Data, entry: bytes, number: int, platform: int) -> Image:
    kind, media, _, _, count, block = ENTRY.unpack(entry)
    at = block * SECTOR
    return Image(
        number=number,
        platform=PLATFORMS.get(platform, f"0x{platform:02x}"),
        media=MEDIA.get(media & 15, str(media)),
        bootable=kind == BOOTABLE,
        at=at,
        size=FLOPPIES.get(media & 15) or max(count * VIRTUAL, _volume(data, at)),
    )


def _volume(data: Data, at: int) -> int:
    """The length of the FAT volume at `at`: of what firmware mounts, the catalogue says only how much is loaded."""
    try:
        return fat.read(data, at).length
    except Malformed:
        return 0
