"""Where functions begin, by tables for debuggers and exceptions: symbols, .eh_frame_hdr, .ARM.exidx and .pdata.

Linux Standard Base, "Exception Frames"; Arm, "Exception Handling ABI for the Arm Architecture"; Microsoft, "PE Format".
"""

from collections.abc import Sequence
from struct import Struct

import numpy as np

from pellucid.formats.calls.program import NONE, Addresses
from pellucid.formats.elf_sections import Section
from pellucid.formats.elf_segments import Segment
from pellucid.formats.span import Data

EH_FRAME, EXIDX = 0x6474_E550, 0x7000_0001
SYMTAB_NAME, STRTAB_NAME = ".symtab", ".strtab"
# Of .eh_frame_hdr: version, then how the pointer, the count and the table are written (the last: datarel|sdata4).
SEARCHABLE = (b"\x01\x1b\x03\x3b", b"\x01\x03\x03\x3b")
MOST_ROWS, FEWEST = 1 << 20, 8
LARGEST_STRINGS = 64 << 20
FUNCTION = 2


def of_elf(
    data: Data,
    sections: Sequence[Section],
    segments: Sequence[Segment],
    *,
    order: str,
    bits: int,
    machine: str,
) -> tuple[Addresses, bool, dict[int, str]]:
    """(beginnings, whether these are all functions, names).

    .ARM.exidx has one entry for neighbours that are unwound alike: it never lists all.
    """
    starts, names = _symbols(data, sections, order=order, bits=bits, machine=machine)
    found = [starts]
    listed = len(starts) > 0
    for item in segments:
        if item.type == EH_FRAME:
            found.append(_frames(data, item.offset, item.address, order))
            listed = listed or len(found[-1]) >= FEWEST
        elif item.type == EXIDX and machine == "arm":
            found.append(_index(data, item.offset, item.address, item.size, order))
    return np.unique(np.concatenate(found)), listed, names


def _symbols(
    data: Data, sections: Sequence[Section], *, order: str, bits: int, machine: str
) -> tuple[Addresses, dict[int, str]]:
    table = next((item for item in sections if item.name == SYMTAB_NAME), None)
    text = next((item for item in sections if item.name == STRTAB_NAME), None)
    if table is None or text is None:
        return NONE, {}
    fields = "u4 u1 u1 u2 u8 u8" if bits == 64 else "u4 u4 u4 u1 u1 u2"
    order_of = "name info other section value size" if bits == 64 else "name value size info other section"
    row = np.dtype([(name, order + kind) for name, kind in zip(order_of.split(), fields.split(), strict=True)])
    count = min(table.size // row.itemsize, MOST_ROWS, max(len(data) - table.at, 0) // row.itemsize)
    rows = np.frombuffer(bytes(data[table.at : table.at + count * row.itemsize]), row)
    rows = rows[(rows["section"] != 0) & ((rows["info"] & 15) == FUNCTION) & (rows["value"] != 0)]
    strings = bytes(data[text.at : text.at + min(text.size, LARGEST_STRINGS)])
    mask = ~1 if machine == "arm" else ~0
    names: dict[int, str] = {}
    for place, value in zip(rows["name"].tolist(), rows["value"].tolist(), strict=True):
        end = strings.find(b"\0", place, place + 256)
        if end > place:
            names.setdefault(value & mask, strings[place:end].decode("utf-8", "replace"))
    return rows["value"].astype(np.int64) & mask, names


def _frames(data: Data, offset: int, address: int, order: str) -> Addresses:
    """The search table of .eh_frame_hdr: pairs of a function and its description, counted from the table's address."""
    head = bytes(data[offset : offset + 12])
    if len(head) < 12 or head[:4] not in SEARCHABLE:
        return NONE
    (count,) = Struct(order + "I").unpack_from(head, 8)
    raw = bytes(data[offset + 12 : offset + 12 + min(count, MOST_ROWS) * 8])
    pairs = np.frombuffer(raw[: len(raw) // 8 * 8], np.dtype(order + "i4"))
    return pairs[::2].astype(np.int64) + address


def _index(data: Data, offset: int, address: int, size: int, order: str) -> Addresses:
    """.ARM.exidx: pairs of a distance to a function, 31 bits with a sign, and how it is unwound."""
    raw = bytes(data[offset : offset + min(size, MOST_ROWS * 8)])
    words = np.frombuffer(raw[: len(raw) // 8 * 8], np.dtype(order + "u4"))[::2].astype(np.int64)
    distance = (words & 0x7FFF_FFFF) - ((words & 0x4000_0000) << 1)
    return distance + address + np.arange(len(words), dtype=np.int64) * 8


def of_pe(data: Data, offset: int, size: int, base: int, row: int) -> Addresses:
    """.pdata: entries of `row` bytes (12 for x86-64, 8 for Arm) that begin with where a function does."""
    raw = bytes(data[offset : offset + min(size, MOST_ROWS * row)])
    words = np.frombuffer(raw[: len(raw) // row * row], np.dtype("<u4"))[:: row // 4].astype(np.int64)
    return np.asarray(words[words != 0] + base)
