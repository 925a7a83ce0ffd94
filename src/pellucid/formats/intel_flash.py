"""The descriptor of Intel flash chips and the regions that it lays out.

Intel publishes it in parts: "Intel 9 Series Chipset Family PCH Datasheet", 5.27 (SPI); coreboot, util/ifdtool.
"""

from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.identify import is_padding
from pellucid.formats.span import Data, take, unpack

MAGIC = b"\x5a\xa5\xf0\x0f"
DESCRIPTOR_SIZE, OEM_AT = 4096, 0xF00
MAPS = Struct("<III")
DWORD = Struct("<I")
# Chipsets that read the descriptor at these clocks have more and larger regions.
NEWER_CLOCKS = (4, 6)
OLDER_REGIONS, NEWER_REGIONS = 5, 16
GRAIN = 4096
LARGEST = 1 << 28
NO_REGION = 0x7FFF
NAMES = (
    "descriptor",
    "bios",
    "me",
    "gbe",
    "pdr",
    "devexp1",
    "bios2",
    "microcode",
    "ec",
    "devexp2",
    "ie",
    "10gbe-a",
    "10gbe-b",
    "region-13",
    "region-14",
    "ptt",
)
SIZES = ("512 KiB", "1 MiB", "2 MiB", "4 MiB", "8 MiB", "16 MiB", "32 MiB", "64 MiB")
CLOCKS = {0: "20 MHz", 1: "33 MHz", 2: "48 MHz", 4: "50 MHz", 6: "17 MHz"}


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """`base` and `length` in bytes of the flash."""

    name: str
    base: int
    length: int


class Descriptor(msgspec.Struct, frozen=True, kw_only=True):
    """`length` reaches to the end of the last region; `facts` are the rest of the descriptor in words."""

    regions: tuple[Region, ...]
    length: int
    facts: dict[str, str]


def read(data: Data, start: int = 0) -> Descriptor:
    """The descriptor at `start`; its magic stands at 16, in old chips at 0."""
    magic_at = next((at for at in (16, 0) if data[start + at : start + at + 4] == MAGIC), -1)
    if magic_at < 0:
        raise Malformed("no flash descriptor")
    take(data, start, DESCRIPTOR_SIZE)
    maps = unpack(MAPS, data, start + magic_at + len(MAGIC))
    components, region_base = maps[0] & 0xFF, maps[0] >> 16 & 0xFF
    chips = (maps[0] >> 8 & 3) + 1
    masters, straps, strap_count = maps[1] & 0xFF, maps[1] >> 16 & 0xFF, maps[1] >> 24
    if not all(0 < base << 4 <= DESCRIPTOR_SIZE - 64 for base in (components, region_base, masters)):
        raise Malformed("the maps of the flash descriptor are impossible")
    (density,) = DWORD.unpack_from(data, start + (components << 4))
    clock = density >> 17 & 7
    newer = clock in NEWER_CLOCKS
    regions = _regions(data, start + (region_base << 4), NEWER_REGIONS if newer else OLDER_REGIONS)
    facts = {
        "chips": str(chips),
        "chipDensity": _densities(density, chips, newer=newer),
        "readClock": CLOCKS.get(clock, str(clock)),
        "straps": _straps(data, start + (straps << 4), min(strap_count, 32), start + DESCRIPTOR_SIZE),
    }
    length = max(region.base + region.length for region in regions)
    return Descriptor(regions=regions, length=length, facts=facts)


def gaps(data: Data, descriptor: Descriptor) -> list[tuple[int, int]]:
    """(offset, length) of what lies between the regions and is more than padding."""
    found, at = list[tuple[int, int]](), 0
    for region in sorted(descriptor.regions, key=lambda region: region.base):
        end = min(region.base, len(data))
        if at < end and not is_padding(data, at, end):
            found.append((at, end - at))
        at = region.base + region.length
    return found


def _regions(data: Data, at: int, most: int) -> tuple[Region, ...]:
    """Regions in use; the first is the descriptor itself, and no two may overlap."""
    found = list[Region]()
    for number in range(most):
        (entry,) = unpack(DWORD, data, at + 4 * number)
        base, limit = entry & NO_REGION, entry >> 16 & NO_REGION
        if not number and base:
            raise Malformed("the flash descriptor does not begin the flash")
        if limit < base or base == NO_REGION or (number and not base):
            continue
        region = Region(name=NAMES[number], base=base * GRAIN, length=(limit - base + 1) * GRAIN)
        overlaps = any(region.base < old.base + old.length and old.base < region.base + region.length for old in found)
        if overlaps or region.base + region.length > LARGEST:
            raise Malformed("the regions of the flash descriptor are impossible")
        found.append(region)
    if len(found) < 2:
        raise Malformed("a flash descriptor without regions")
    return tuple(found)


def _densities(value: int, chips: int, *, newer: bool) -> str:
    """Newer chipsets have four bits for each chip, older ones three."""
    width = 4 if newer else 3
    codes = (value >> width * chip & (1 << width) - 1 for chip in range(min(chips, 2)))
    return ", ".join(SIZES[code] if code < len(SIZES) else f"density {code}" for code in codes)


def _straps(data: Data, at: int, count: int, end: int) -> str:
    values = [DWORD.unpack_from(data, place)[0] for place in range(at, min(at + 4 * count, end - 3), 4)]
    return " ".join(f"{value:08x}" for value in values)
