"""UF2 (Microsoft, "USB Flashing Format", github.com/microsoft/uf2): blocks of 512 bytes, each with its address."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.load_regions import Regions
from pellucid.formats.span import Data

MAGIC = b"UF2\n\x57\x51\x5d\x9e"
BLOCK = 512
LAYOUT = Struct("<8s6I476sI")
END_MARK = 0x0AB16F30
MOST_PAYLOAD = 476
NOT_FLASH, FILES, FAMILY = 0x1, 0x1000, 0x2000
LARGEST_FILE = 256 << 20
LONGEST_NAME = 256
MOST_FAMILIES = 1000
# A block that RP2350 boot loaders skip (erratum E10): it says that it is the first of two, and is alone.
ALONE = (0xE48BFF57, 0x10FFFF00)


class Content(msgspec.Struct):
    """What the blocks of one family or one file load. `stated` is the number of blocks that they promise."""

    regions: Regions = msgspec.field(default_factory=Regions)
    seen: set[tuple[int, int]] = msgspec.field(default_factory=set)
    stated: int = 0


def length(data: Data, start: int = 0) -> int:
    """All blocks in a row; raises Malformed when the first is none."""
    at = start
    for _ in _blocks(data, start):
        at += BLOCK
    if at == start:
        raise Malformed("no UF2 block")
    return at - start


def read(data: Data) -> dict[str, Content]:
    """By name: the family's ("rp2040", "0x12345678", "any"), or "files/NAME" for a file container."""
    found: dict[str, Content] = {}
    for flags, address, size, number, count, family, payload in _blocks(data, 0):
        if flags & FILES:
            name = payload[size : size + LONGEST_NAME].partition(b"\0")[0].decode("utf-8", "backslashreplace")
            key = f"files/{name}"
        elif flags & NOT_FLASH:
            continue
        else:
            key = family_name(family) if flags & FAMILY else "any"
        content = found.setdefault(key, Content())
        if len(found) > MOST_FAMILIES:
            raise Malformed(f"more than {MOST_FAMILIES:,} families and files")
        if (family, address) != ALONE:
            content.stated = max(content.stated, count)
        # Files that were put one behind the other for one chip count their blocks each from 0.
        if (number, address) not in content.seen:
            content.seen.add((number, address))
            content.regions.add(address, payload[:size])
    return found


def family_name(number: int) -> str:
    """The short name of a chip's family, or its number."""
    return _family_names().get(f"{number:08x}", f"0x{number:08x}")


@cache
def _family_names() -> dict[str, str]:
    text = Path(__file__).with_name("uf2_families.toml").read_text(encoding="utf-8")
    names: dict[str, str] = tomllib.loads(text)["families"]
    return names


def _blocks(data: Data, start: int) -> Iterator[tuple[int, int, int, int, int, int, bytes]]:
    for at in range(start, len(data) - BLOCK + 1, BLOCK):
        magic, flags, address, size, number, count, family, payload, end = LAYOUT.unpack_from(data, at)
        if magic != MAGIC or end != END_MARK or size > MOST_PAYLOAD or number >= count:
            return
        yield flags, address, size, number, count, family, payload
