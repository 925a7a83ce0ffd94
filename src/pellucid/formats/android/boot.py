"""boot.img, recovery.img and vendor_boot.img (AOSP, system/tools/mkbootimg, bootimg.h: versions 0 to 4)."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack

BOOT, VENDOR = b"ANDROID!", b"VNDRBOOT"
VERSION_AT = 40
FIRST = Struct("<8s10I16s512s32s1024s")
RECOVERY = Struct("<IQI")
TREE = Struct("<IQ")
THIRD = Struct("<8s4I16xI1536s")
VENDOR_HEADER = Struct("<8s5I2048sI16s2IQ")
# Old versions of mkbootimg forgot the last field's second half in the size that they state.
LEAST_VENDOR = VENDOR_HEADER.size - 4
VENDOR_TABLE = Struct("<4I")
ENTRY = Struct("<3I32s64s")
PAGE = 4096
PAGES = tuple(1 << power for power in range(9, 18))
NEWEST = 4
MOST_ENTRIES = 256
RAMDISKS = {0: "none", 1: "platform", 2: "recovery", 3: "dlkm"}


class Part(msgspec.Struct, frozen=True):
    """A run of bytes; `at` counts from the start of the image."""

    name: str
    at: int
    size: int
    facts: dict[str, str] = msgspec.field(default_factory=dict)


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """What the header states; `length` is that of header and parts, in whole pages."""

    version: int
    facts: dict[str, str]
    parts: tuple[Part, ...]
    length: int


def read(data: Data, start: int = 0) -> Image:
    """The header at `start`; raises Malformed for impossible ones."""
    magic = data[start : start + 8]
    if magic == VENDOR:
        return _vendor(data, start)
    if magic != BOOT:
        raise Malformed("no Android boot image")
    version = int.from_bytes(take(data, start + VERSION_AT, 4), "little")
    return _third(data, start, version) if version in (3, NEWEST) else _first(data, start)


def _first(data: Data, start: int) -> Image:
    """Versions 0 to 2. Before versions were counted, their field held the size of Qualcomm's device trees."""
    fields = unpack(FIRST, data, start)
    _, kernel, kernel_at, ramdisk, ramdisk_at, second, second_at, tags_at, page, version, system = fields[:11]
    name, command, identity, more = fields[11:]
    if page not in PAGES:
        raise Malformed("an Android boot image with pages of an impossible size")
    sizes = [("kernel", kernel), ("ramdisk", ramdisk), ("second", second)]
    at = start + FIRST.size
    facts = {"kernelAddress": _hex(kernel_at), "ramdiskAddress": _hex(ramdisk_at), "tagsAddress": _hex(tags_at)}
    if second:
        facts["secondAddress"] = _hex(second_at)
    if version > NEWEST:
        sizes.append(("dt.img", version))
        version = 0
    if version >= 1:
        size, _, _ = unpack(RECOVERY, data, at)
        sizes.append(("recovery_dtbo", size))
    if version >= 2:
        size, address = unpack(TREE, data, at + RECOVERY.size)
        sizes.append(("dtb", size))
        facts["dtbAddress"] = _hex(address)
    facts |= {"name": _text(name), "cmdline": _text(command) + _text(more), "id": _identity(identity)}
    return _image(version, facts | _system(system), page, page, sizes)


def _third(data: Data, start: int, version: int) -> Image:
    _, kernel, ramdisk, system, size, _, command = unpack(THIRD, data, start)
    sizes = [("kernel", kernel), ("ramdisk", ramdisk)]
    if version == NEWEST:
        sizes.append(("signature", int.from_bytes(take(data, start + THIRD.size, 4), "little")))
    if not THIRD.size <= size <= PAGE:
        raise Malformed("an Android boot image with a header of an impossible size")
    return _image(version, {"cmdline": _text(command)} | _system(system), PAGE, PAGE, sizes)


def _vendor(data: Data, start: int) -> Image:
    fields = unpack(VENDOR_HEADER, data, start)
    _, version, page, kernel_at, ramdisk_at, ramdisk, command, tags_at, name, size, tree, tree_at = fields
    if version not in (3, NEWEST) or page not in PAGES or not LEAST_VENDOR <= size <= PAGE:
        raise Malformed("the header of an Android vendor boot image is impossible")
    facts = {"kernelAddress": _hex(kernel_at), "ramdiskAddress": _hex(ramdisk_at), "tagsAddress": _hex(tags_at)}
    facts |= {"dtbAddress": _hex(tree_at), "name": _text(name), "cmdline": _text(command)}
    sizes = [("vendor_ramdisk", ramdisk), ("dtb", tree)]
    if version < NEWEST:
        return _image(version, facts, page, size, sizes)
    table, count, per_entry, settings = unpack(VENDOR_TABLE, data, start + VENDOR_HEADER.size)
    sizes += [("vendor_ramdisk_table", table), ("bootconfig", settings)]
    image = _image(version, facts, page, size, sizes)
    places = {part.name: part for part in image.parts}
    rows = places.get("vendor_ramdisk_table")
    if not rows or per_entry != ENTRY.size or count > MOST_ENTRIES or count * per_entry > table:
        return image
    whole = places.get("vendor_ramdisk", Part("", 0, 0))
    try:
        ramdisks = tuple(_ramdisks(take(data, start + rows.at, count * per_entry), whole))
    except Malformed:
        return image
    rest = tuple(part for part in image.parts if part.name not in ("vendor_ramdisk", "vendor_ramdisk_table"))
    return Image(version=version, facts=facts, parts=ramdisks + rest, length=image.length)


def _ramdisks(table: bytes, whole: Part) -> Iterator[Part]:
    """The pieces of a vendor ramdisk that its table tells apart."""
    for number, (size, offset, kind, name, board) in enumerate(ENTRY.iter_unpack(table)):
        if offset + size > whole.size:
            raise Malformed("a vendor ramdisk lies outside the image")
        facts = {"type": RAMDISKS.get(kind, str(kind)), "name": _text(name)}
        if any(board):
            facts["boardId"] = board.hex()
        stem = _text(name) or facts["type"]
        yield Part(f"vendor_ramdisk.{number}.{stem}", whole.at + offset, size, facts)


def _image(version: int, facts: dict[str, str], page: int, header: int, sizes: list[tuple[str, int]]) -> Image:
    parts, at = [], _paged(header, page)
    for name, size in sizes:
        if size:
            parts.append(Part(name, at, size))
            at += _paged(size, page)
    if not parts:
        raise Malformed("an Android boot image of nothing")
    return Image(version=version, facts=facts, parts=tuple(parts), length=at)


def _system(number: int) -> dict[str, str]:
    """The system's version in 7 bits each, its patch level as year and month."""
    if not number:
        return {}
    major, minor, patch = number >> 25, number >> 18 & 0x7F, number >> 11 & 0x7F
    facts = {"osVersion": f"{major}.{minor}.{patch}"}
    if number & 0x7FF:
        facts["patchLevel"] = f"{2000 + (number >> 4 & 0x7F)}-{number & 0xF:02}"
    return facts


def _paged(size: int, page: int) -> int:
    return -(-size // page) * page


def _hex(number: int) -> str:
    return f"0x{number:x}"


def _text(field_bytes: bytes) -> str:
    return field_bytes.partition(b"\0")[0].decode("utf-8", "backslashreplace")


def _identity(field_bytes: bytes) -> str:
    """A SHA-1 in 20 of the 32 bytes, as mkbootimg writes it, or whatever fills them all."""
    if not any(field_bytes):
        return ""
    return field_bytes.hex() if any(field_bytes[20:]) else field_bytes[:20].hex()
