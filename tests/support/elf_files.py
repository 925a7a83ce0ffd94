"""Small ELF files made by hand: only program headers, as stripped firmware has them, for any machine.

Layout (System V gABI): header, program headers, interpreter, hash table, symbols, strings, dynamic section, payload.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NEEDED, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT, DT_SONAME = 1, 4, 5, 6, 10, 11, 14
EXECUTABLE, SHARED = 2, 3
ARM, X86_64, MIPS = 40, 62, 8
BASE = 0x10000


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Word size, byte order, machine and type."""

    bits: int = 32
    big_endian: bool = False
    machine: int = ARM
    type: int = SHARED

    def pack(self, layout: str, *values: int) -> bytes:
        return struct.pack((">" if self.big_endian else "<") + layout, *values)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A program header for bytes that the file has anyway, at their address."""

    type: int
    flags: int = 4
    offset: int = 0
    size: int = 0


def elf_file(
    shape: Shape = Shape(),
    *,
    imports: Sequence[str] = (),
    exports: Sequence[str] = (),
    needed: Sequence[str] = (),
    soname: str = "",
    interpreter: str = "",
    payload: bytes = b"",
    tags: Sequence[tuple[int, int]] = (),
    texts: Mapping[int, str] = MappingProxyType({}),
    more: Sequence[Segment] = (),
    flags: int = 7,
    dynamic: bool = True,
    entry: int = 0,
) -> bytes:
    """An ELF file whose one segment holds everything, `payload` at its end.

    `tags` are dynamic tags as they stand, `texts` those that stand for a name; `more` are further program headers and
    `flags` those of the segment. Without `dynamic` no header tells where the dynamic section is.
    """
    wide = shape.bits == 64
    strings = _Strings()
    symbols = [_symbol(shape, 0, 0)] + [_symbol(shape, strings.add(name), 0x12) for name in imports]
    symbols += [_symbol(shape, strings.add(name), 0x12, section=1) for name in exports]
    tags = [*tags, *((DT_NEEDED, strings.add(name)) for name in needed)]
    tags += [(tag, strings.add(name)) for tag, name in texts.items()]
    if soname:
        tags.append((DT_SONAME, strings.add(soname)))
    header_size, segment_size, word = (64, 56, "Q") if wide else (52, 32, "I")
    count = 1 + dynamic + bool(interpreter) + len(more)
    offset = header_size + count * segment_size
    parts = {"interpreter": interpreter.encode() + b"\0" if interpreter else b""}
    parts["hash"] = shape.pack(f"{3 + len(symbols)}I", 1, len(symbols), *([0] * (1 + len(symbols))))
    parts["symbols"] = b"".join(symbols)
    parts["strings"] = bytes(strings.table)
    at: dict[str, int] = {}
    body = b""
    for name, content in parts.items():
        at[name] = offset + len(body)
        body += content + bytes(-len(content) % 8)
    tags += [(DT_HASH, BASE + at["hash"]), (DT_STRTAB, BASE + at["strings"]), (DT_SYMTAB, BASE + at["symbols"])]
    tags += [(DT_STRSZ, len(strings.table)), (DT_SYMENT, 24 if wide else 16), (0, 0)]
    table = b"".join(shape.pack(f"2{word}", *tag) for tag in tags)
    at["dynamic"] = offset + len(body)
    total = at["dynamic"] + len(table) + len(payload)
    segments = [_segment(shape, PT_LOAD, 0, total, flags)]
    if dynamic:
        segments.append(_segment(shape, PT_DYNAMIC, at["dynamic"], len(table)))
    if interpreter:
        segments.append(_segment(shape, PT_INTERP, at["interpreter"], len(parts["interpreter"])))
    segments += [_segment(shape, item.type, item.offset, item.size, item.flags) for item in more]
    return _header(shape, count, entry) + b"".join(segments) + body + table + payload


class _Strings:
    """A string table that grows."""

    def __init__(self) -> None:
        self.table = bytearray(b"\0")

    def add(self, text: str) -> int:
        self.table += text.encode() + b"\0"
        return len(self.table) - len(text) - 1


def _header(shape: Shape, segments: int, entry: int) -> bytes:
    wide = shape.bits == 64
    identification = b"\x7fELF" + bytes([2 if wide else 1, 2 if shape.big_endian else 1, 1]) + bytes(9)
    size, segment_size = (64, 56) if wide else (52, 32)
    word = "Q" if wide else "I"
    return identification + shape.pack(
        f"HHI3{word}I6H", shape.type, shape.machine, 1, entry, size, 0, 0, size, segment_size, segments, 0, 0, 0
    )


def _segment(shape: Shape, kind: int, offset: int, size: int, flags: int = 7) -> bytes:
    if shape.bits == 64:
        return shape.pack("2I6Q", kind, flags, offset, BASE + offset, BASE + offset, size, size, 0x1000)
    return shape.pack("8I", kind, offset, BASE + offset, BASE + offset, size, size, flags, 0x1000)


def _symbol(shape: Shape, name: int, info: int, section: int = 0) -> bytes:
    if shape.bits == 64:
        return shape.pack("IBBH2Q", name, info, 0, section, 0, 0)
    return shape.pack("3IBBH", name, 0, 0, info, 0, section)
