"""Small programs that call imported functions, assembled by hand for several machines, in ELF without sections.

What is loaded: relocations, a table of addresses with a slot for each import, a text, stubs, and one function, where
the program begins: it calls each import in turn, with the address of the text computed before the first call.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.support.elf_files import BASE, EXECUTABLE, Shape, elf_file

JMPREL, PLTRELSZ, PLTREL, PLTGOT, RELA = 23, 2, 20, 3, 7
MIPS_LOCAL_GOTNO, MIPS_SYMTABNO, MIPS_GOTSYM = 0x7000_000A, 0x7000_0011, 0x7000_0013
STUB = 16


@dataclass(frozen=True, kw_only=True)
class Places:
    """Addresses in the program."""

    slots: tuple[int, ...]
    stubs: tuple[int, ...]
    text: int
    code: int


@dataclass(frozen=True, kw_only=True)
class Machine:
    """How one machine is written: `stub` of (its address, slot), `code` of all places with the places of the calls."""

    shape: Shape
    stub: Callable[[int, int], bytes]
    code: Callable[[Places], tuple[bytes, list[int]]]
    has_table: bool = False


def program(machine: Machine, imports: Sequence[str], text: str = "rm -f %s") -> tuple[bytes, list[int]]:
    """The file, and where it calls each import."""
    word = machine.shape.bits // 8
    row = 3 * word
    kept: tuple[bytes, list[int]] = (b"", [])
    base = 0
    for _ in range(2):
        slots_at = base + len(imports) * row
        text_at = slots_at + (len(imports) + 2) * word
        stubs_at = text_at + len(text) + 1
        stubs_at += -stubs_at % STUB
        places = Places(
            slots=tuple(slots_at + (2 + number) * word for number in range(len(imports))),
            stubs=tuple(stubs_at + number * STUB for number in range(len(imports))),
            text=text_at,
            code=stubs_at + len(imports) * STUB,
        )
        code, at = machine.code(places)
        payload = b"".join(_relocation(machine.shape, slot, n) for n, slot in enumerate(places.slots, 1))
        payload += bytes((len(imports) + 2) * word) + text.encode() + b"\0"
        payload += bytes(stubs_at - base - len(payload))
        stubs = zip(places.stubs, places.slots, strict=True)
        payload += b"".join(machine.stub(stub, slot).ljust(STUB, b"\0") for stub, slot in stubs) + code
        tags = [(PLTGOT, slots_at), (JMPREL, base), (PLTRELSZ, len(imports) * row), (PLTREL, RELA)]
        if machine.has_table:
            tags = [(PLTGOT, slots_at), (MIPS_LOCAL_GOTNO, 2), (MIPS_SYMTABNO, len(imports) + 1), (MIPS_GOTSYM, 1)]
        data = elf_file(machine.shape, imports=imports, payload=payload, entry=places.code, tags=tags)
        base = BASE + len(data) - len(payload)
        kept = (data, at)
    return kept


def _relocation(shape: Shape, slot: int, symbol: int) -> bytes:
    wide = shape.bits == 64
    return shape.pack("QQq" if wide else "IIi", slot, symbol << (32 if wide else 8), 0)


def _x86_64_stub(at: int, slot: int) -> bytes:
    return b"\xf3\x0f\x1e\xfa\xff\x25" + struct.pack("<i", slot - at - 10)


def _x86_64(places: Places) -> tuple[bytes, list[int]]:
    code = b"\x48\x8d\x35" + struct.pack("<i", places.text - places.code - 7)
    at = []
    for stub in places.stubs:
        at.append(places.code + len(code))
        code += b"\xe8" + struct.pack("<i", stub - at[-1] - 5)
    return code + b"\xc3", at


def _x86_64_no_stubs(places: Places) -> tuple[bytes, list[int]]:
    code = b"\x48\x8d\x35" + struct.pack("<i", places.text - places.code - 7)
    at = []
    for slot in places.slots:
        at.append(places.code + len(code))
        code += b"\xff\x15" + struct.pack("<i", slot - at[-1] - 6)
    return code + b"\xc3", at


def _i386(places: Places) -> tuple[bytes, list[int]]:
    code = b"\x68" + struct.pack("<I", places.text)
    at = []
    for stub in places.stubs:
        at.append(places.code + len(code))
        code += b"\xe8" + struct.pack("<i", stub - at[-1] - 5)
    return code + b"\xc3", at


def _arm_stub_behind(at: int, slot: int) -> bytes:
    """The slot is in front: what is added wraps around."""
    distance = slot - at - 8 & 0xFFFF_FFFF
    return struct.pack(
        "<IIII",
        0xE28FC200 | distance >> 28,
        0xE28CC600 | distance >> 20 & 0xFF,
        0xE28CCA00 | distance >> 12 & 0xFF,
        0xE5BCF000 | distance & 0xFFF,
    )


def _arm(places: Places) -> tuple[bytes, list[int]]:
    # ldr r1, [pc, #...]; bl ...; bx lr; the address of the text.
    words = [0xE59F1000 | (4 * len(places.stubs) + 4 - 4)]
    at = []
    for number, stub in enumerate(places.stubs, 1):
        at.append(places.code + 4 * number)
        words.append(0xEB000000 | (stub - at[-1] - 8 >> 2) & 0xFFFFFF)
    return struct.pack(f"<{len(words) + 2}I", *words, 0xE12FFF1E, places.text), at


def _thumb(places: Places) -> tuple[bytes, list[int]]:
    # ldr r1, [pc, #...]; nop; blx ...; bx lr; nop; the address of the text.
    code = struct.pack("<HH", 0x4900 | len(places.stubs) + 1, 0xBF00)
    at = []
    for stub in places.stubs:
        at.append(places.code + len(code))
        distance = stub - (at[-1] + 4 & ~3)
        sign = distance >> 24 & 1
        j1, j2 = (~(distance >> 23) ^ sign) & 1, (~(distance >> 22) ^ sign) & 1
        code += struct.pack(
            "<HH", 0xF000 | sign << 10 | distance >> 12 & 0x3FF, 0xC000 | j1 << 13 | j2 << 11 | distance >> 1 & 0x7FE
        )
    code += struct.pack("<HHI", 0x4770, 0xBF00, places.text)
    return code + struct.pack("<16H", *[0xBF00] * 16), at


def _aarch64_stub(at: int, slot: int) -> bytes:
    pages = (slot >> 12) - (at >> 12)
    adrp = 0x9000_0010 | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5
    return struct.pack("<IIII", adrp, 0xF940_0211 | (slot & 0xFFF) >> 3 << 10, 0x9100_0210, 0xD61F_0220)


def _aarch64(places: Places) -> tuple[bytes, list[int]]:
    pages = (places.text >> 12) - (places.code >> 12)
    words = [0x9000_0001 | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5, 0x9100_0021 | (places.text & 0xFFF) << 10]
    at = []
    for number, stub in enumerate(places.stubs, 2):
        at.append(places.code + 4 * number)
        words.append(0x9400_0000 | (stub - at[-1] >> 2) & 0x03FF_FFFF)
    return struct.pack(f"<{len(words) + 1}I", *words, 0xD65F_03C0), at


def _mips(places: Places) -> tuple[bytes, list[int]]:
    # lui and addiu of $a1; then for each: lw $t9, slot($gp); jalr $t9; nop.
    gp = places.slots[0] - 2 * 4 + 0x7FF0
    words = [0x3C05_0000 | (places.text + 0x8000 >> 16), 0x24A5_0000 | places.text & 0xFFFF]
    at = []
    for slot in places.slots:
        words += [0x8F99_0000 | (slot - gp) & 0xFFFF, 0x0320_F809, 0]
        at.append(places.code + 4 * (len(words) - 2))
    return struct.pack(f"<{len(words) + 2}I", *words, 0x03E0_0008, 0), at


def _riscv_stub(at: int, slot: int) -> bytes:
    distance = slot - at
    high, low = distance + 0x800 & 0xFFFF_F000, distance & 0xFFF
    return struct.pack("<IIII", 0xE17 | high, 0xE3E03 | low << 20, 0x000E_0367, 0x13)


def _riscv(places: Places) -> tuple[bytes, list[int]]:
    words = list[int]()
    distance = places.text - places.code
    words += [0x597 | distance + 0x800 & 0xFFFF_FFFF & ~0xFFF, 0x58593 | (distance & 0xFFF) << 20]
    at = []
    for stub in places.stubs:
        distance = stub - places.code - 4 * len(words)
        words += [0x97 | distance + 0x800 & 0xFFFF_F000, 0x80E7 | (distance & 0xFFF) << 20]
        at.append(places.code + 4 * (len(words) - 1))
    return struct.pack(f"<{len(words) + 1}I", *words, 0x8067), at


def _powerpc_stub(_at: int, slot: int) -> bytes:
    high = (slot + 0x8000 >> 16) & 0xFFFF
    return struct.pack(">IIII", 0x3D60_0000 | high, 0x816B_0000 | slot & 0xFFFF, 0x7D69_03A6, 0x4E80_0420)


def _powerpc(places: Places) -> tuple[bytes, list[int]]:
    words = [0x3C80_0000 | (places.text + 0x8000 >> 16), 0x3884_0000 | places.text & 0xFFFF]
    at = []
    for stub in places.stubs:
        at.append(places.code + 4 * len(words))
        words.append(0x4800_0001 | (stub - at[-1]) & 0x03FF_FFFC)
    return struct.pack(f">{len(words) + 1}I", *words, 0x4E80_0020), at


def _no_stub(_at: int, _slot: int) -> bytes:
    return b""


MACHINES = {
    "x86-64": Machine(shape=Shape(bits=64, machine=62), stub=_x86_64_stub, code=_x86_64),
    "x86-64 without stubs": Machine(shape=Shape(bits=64, machine=62), stub=_no_stub, code=_x86_64_no_stubs),
    "i386": Machine(
        shape=Shape(machine=3, type=EXECUTABLE), stub=lambda _, slot: b"\xff\x25" + struct.pack("<I", slot), code=_i386
    ),
    "arm": Machine(shape=Shape(machine=40, type=EXECUTABLE), stub=_arm_stub_behind, code=_arm),
    "thumb": Machine(shape=Shape(machine=40, type=EXECUTABLE), stub=_arm_stub_behind, code=_thumb),
    "aarch64": Machine(shape=Shape(bits=64, machine=183), stub=_aarch64_stub, code=_aarch64),
    "mips": Machine(shape=Shape(machine=8), stub=_no_stub, code=_mips, has_table=True),
    "riscv": Machine(shape=Shape(bits=64, machine=243), stub=_riscv_stub, code=_riscv),
    "powerpc": Machine(shape=Shape(machine=20, big_endian=True, type=EXECUTABLE), stub=_powerpc_stub, code=_powerpc),
}
