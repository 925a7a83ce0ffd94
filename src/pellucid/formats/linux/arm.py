"""zImage, the kernel of 32-bit ARM (Linux, arch/arm/boot/compressed/head.S and vmlinux.lds.S), with appended trees."""

from collections.abc import Iterator
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import fdt
from pellucid.formats.linux import compressed
from pellucid.formats.linux.contents import Part
from pellucid.formats.span import Data, take

MAGIC = b"\x18\x28\x6f\x01"
MAGIC_BIG = MAGIC[::-1]
MAGIC_AT = 0x24
FIELDS = 16
SMALLEST, LARGEST = 0x100, 256 << 20
# What follows the fields since Linux 3.17; before, the code began with instructions that do nothing.
ORDER_MARK = 0x04030201
NOTHING = (b"\x00\x00\xa0\xe1", b"\xe1\xa0\x00\x00")
# The code that unpacks takes less than this in front of the payload, with any compressor.
MOST_CODE = 1 << 18
MOST_TREES = 200


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """`load` is where it wants to be, 0 for anywhere; `length` is that of the kernel without appended trees."""

    load: int
    length: int
    order: str


def read(data: Data, start: int = 0) -> Header:
    """The header at `start`; raises Malformed for what cannot be one."""
    raw = take(data, start + MAGIC_AT, FIELDS)
    order = {MAGIC: "little", MAGIC_BIG: "big"}.get(raw[:4])
    if not order:
        raise Malformed("no zImage header")
    layout = Struct("<3I" if order == "little" else ">3I")
    first, end, mark = layout.unpack_from(raw, 4)
    if mark != ORDER_MARK and data[start + 4 : start + 8] not in NOTHING:
        raise Malformed("no code of a zImage")
    if not SMALLEST <= end - first <= LARGEST or first & 3:
        raise Malformed("a zImage of an impossible size")
    return Header(load=first, length=end - first, order=order)


def payload(data: Data, header: Header) -> Part | None:
    """The compressed kernel inside, as long as it is; None when no compressor is recognised."""
    end = min(header.length, len(data))
    for at, known in compressed.candidates(data, MAGIC_AT + FIELDS, min(end, MOST_CODE)):
        try:
            size = compressed.length(known, data, at)
        except Malformed:
            continue
        return Part(f"payload.{known.suffix}", at, min(size, end - at))
    return None


def trees(data: Data, at: int) -> Iterator[Part]:
    """Device trees from `at` on, one behind the other."""
    for number in range(MOST_TREES):
        try:
            header = fdt.read_header(data, at)
        except Malformed:
            return
        yield Part(f"dtb-{number}.dtb", at, header.size)
        at += header.size
        if data[at : at + 4] != fdt.MAGIC:
            at += -at % 4
