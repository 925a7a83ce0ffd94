"""Volume descriptors of a disc (ECMA-119, chapter 8; Joliet, chapter 2; El Torito 1.0, chapter 2)."""

import calendar
from collections.abc import Mapping
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take

MAGIC = b"CD001"
SECTOR = 2048
FIRST = 16
MAGIC_AT = FIRST * SECTOR + 1
MOST_DESCRIPTORS = 64
BOOT, PRIMARY, SUPPLEMENTARY, END = 0, 1, 2, 255
JOLIET = (b"%/@", b"%/C", b"%/E")
EL_TORITO = b"EL TORITO SPECIFICATION"
ROOT_AT, ROOT_SIZE = 156, 34
SIZE = Struct("<I4x")
BLOCK = Struct("<H2x")
TEXTS = {
    "systemId": (8, 32),
    "volumeId": (40, 32),
    "volumeSetId": (190, 128),
    "publisher": (318, 128),
    "preparer": (446, 128),
    "application": (574, 128),
}
CREATED_AT = 813


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """`root` and `joliet_root` are raw records of the root folders, the latter empty without Joliet.

    `length` in bytes; `catalog` is the sector of the boot catalogue, 0 without one; `texts` are what the disc is named.
    """

    block: int
    length: int
    root: bytes
    joliet_root: bytes
    catalog: int
    texts: Mapping[str, str]


def read(data: Data, start: int = 0) -> Volume:
    """The descriptors of the disc at `start`. Raises Malformed when there is no primary one that makes sense."""
    primary, joliet_root, catalog = b"", b"", 0
    for number in range(FIRST, FIRST + MOST_DESCRIPTORS):
        at = start + number * SECTOR
        sector = data[at : at + SECTOR]
        if len(sector) < SECTOR or sector[1:6] != MAGIC or sector[0] == END:
            break
        if sector[0] == PRIMARY:
            primary = primary or sector
        elif sector[0] == SUPPLEMENTARY and sector[88:91] in JOLIET:
            joliet_root = sector[ROOT_AT : ROOT_AT + ROOT_SIZE]
        elif sector[0] == BOOT and sector[7 : 7 + len(EL_TORITO)] == EL_TORITO:
            catalog = int.from_bytes(sector[71:75], "little")
    if not primary:
        raise Malformed("no primary volume descriptor")
    (blocks,), (block,) = SIZE.unpack_from(primary, 80), BLOCK.unpack_from(primary, 128)
    root = primary[ROOT_AT : ROOT_AT + ROOT_SIZE]
    if block not in (512, 1024, SECTOR) or root[0] < ROOT_SIZE or blocks * block <= MAGIC_AT:
        raise Malformed("the volume descriptor of a disc makes no sense")
    if blocks != int.from_bytes(primary[84:88], "big") or block != int.from_bytes(primary[130:132], "big"):
        raise Malformed("the sizes of a disc differ between byte orders")
    return Volume(
        block=block,
        length=blocks * block,
        root=root,
        joliet_root=joliet_root,
        catalog=catalog,
        texts=_texts(primary),
    )


def has_udf(data: Data, start: int = 0) -> bool:
    """Whether the descriptors behind those of ISO 9660 say that there is a UDF file system, too."""
    for number in range(FIRST, FIRST + MOST_DESCRIPTORS):
        sector = take(data, start + number * SECTOR, 6)
        if sector[1:4] == b"NSR":
            return True
        if not sector[1:6].strip(b"\0"):
            return False
    return False


def seconds(raw: bytes) -> int | None:
    """Seconds since 1970 of the seven bytes that records carry; None for no date."""
    year, month, day, hour, minute, second, zone = raw
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    quarters = zone - 256 if zone > 127 else zone
    return calendar.timegm((1900 + year, month, day, hour, minute, second)) - quarters * 900


def long_seconds(raw: bytes) -> int | None:
    """The same of the seventeen bytes, in digits, of descriptors."""
    if len(raw) < 17 or not raw[:14].isdigit() or raw[:4] < b"1900":
        return None
    parts = (int(raw[:4]) - 1900, *(int(raw[at : at + 2]) for at in range(4, 14, 2)))
    return seconds(bytes((min(parts[0], 255), *parts[1:], raw[16])))


def _texts(primary: bytes) -> dict[str, str]:
    found = {
        name: primary[at : at + size].partition(b"\0")[0].decode("ascii", "backslashreplace").strip()
        for name, (at, size) in TEXTS.items()
    }
    created = long_seconds(primary[CREATED_AT : CREATED_AT + 17])
    found["created"] = "" if created is None else str(created)
    return {name: text for name, text in found.items() if text}
