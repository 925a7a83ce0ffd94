"""Small ELF files with sections, made by hand (System V gABI, chapter 4)."""

import struct
from collections.abc import Mapping

from tests.support.elf_files import Shape, elf_file

PROGRAM_BITS, STRINGS, NOTE = 1, 3, 7


def with_sections(
    shape: Shape, sections: Mapping[str, bytes], *, type_: int | None = None, file: bytes | None = None
) -> bytes:
    """An ELF file, `file` or an empty one, that holds these sections; names that begin with ".note" make notes."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in (*sections, ".shstrtab"))
    blocks = {**sections, ".shstrtab": names}
    data = bytearray(elf_file(shape) if file is None else file)
    rows = [_row(shape, 0, 0, 0, 0)]
    for name, content in blocks.items():
        data += bytes(-len(data) % 8)
        kind = STRINGS if name == ".shstrtab" else NOTE if name.startswith(".note") else PROGRAM_BITS
        rows.append(_row(shape, names.index(name.encode() + b"\0"), kind, len(data), len(content)))
        data += content
    data += bytes(-len(data) % 8)
    wide, mark = shape.bits == 64, ">" if shape.big_endian else "<"
    struct.pack_into(mark + ("Q" if wide else "I"), data, 40 if wide else 32, len(data))
    struct.pack_into(mark + "3H", data, 58 if wide else 46, 64 if wide else 40, len(rows), len(rows) - 1)
    if type_ is not None:
        struct.pack_into(mark + "H", data, 16, type_)
    return bytes(data) + b"".join(rows)


def note(shape: Shape, owner: str, kind: int, content: bytes) -> bytes:
    """One note: lengths, owner and content, both padded to four bytes."""
    name = owner.encode() + b"\0"
    return (
        shape.pack("3I", len(name), len(content), kind)
        + name
        + bytes(-len(name) % 4)
        + content
        + bytes(-len(content) % 4)
    )


def _row(shape: Shape, name: int, kind: int, at: int, size: int) -> bytes:
    if shape.bits == 64:
        return shape.pack("IIQQQQIIQQ", name, kind, 0, 0, at, size, 0, 0, 1, 0)
    return shape.pack("10I", name, kind, 0, 0, at, size, 0, 0, 1, 0)
