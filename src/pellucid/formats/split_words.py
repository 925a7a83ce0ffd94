"""Words of 32 bits that instructions build from two halves: MIPS lui with ori or addiu, Arm movw and movt or movk.

MIPS Architecture For Programmers, volume II (LUI, ORI, ADDIU); Arm Architecture Reference Manual, C6 (MOVZ, MOVK), and
F5 (MOV, MOVT, in both instruction sets). Whichever register an instruction takes, the rest of its bytes are known.
"""

import re
from collections.abc import Iterator
from functools import cache

import msgspec

MIPS_BIG, MIPS_LITTLE = "MIPS, big-endian", "MIPS, little-endian"
AARCH64, ARM, THUMB = "AArch64", "Arm", "Thumb"
# Words that are halves of one of 64 bits, which four instructions build.
AARCH64_LONG = "AArch64, 64 bits"
MACHINES = (MIPS_BIG, MIPS_LITTLE, AARCH64, ARM, THUMB)
REGISTERS, FEW_REGISTERS = 31, 15
# The operations that add a lower half: addiu, ori and daddiu.
_SECOND = b"[\x24-\x27\x34-\x37\x64-\x67]"
_LUI, _MOVK, _MOVK_LONG = 0x3C000000, 0x72A00000, 0xF2E00000


def upper_halves(word: int, machine: str) -> Iterator[bytes]:
    """The instructions, one for each register, that set the upper half of `word`."""
    high = word >> 16
    for register in range(FEW_REGISTERS if machine in (ARM, THUMB) else REGISTERS):
        if machine == ARM:
            yield bytes((high & 0xFF, register << 4 | high >> 8 & 15, 0x40 | high >> 12, 0xE3))
        elif machine == THUMB:
            yield _thumb(high, 0xF2C0) + bytes(((high >> 8 & 7) << 4 | register,))
        elif machine in (AARCH64, AARCH64_LONG):
            move = _MOVK if machine == AARCH64 else _MOVK_LONG
            yield (move | high << 5 | register).to_bytes(4, "little")
        elif register:
            order = "big" if machine == MIPS_BIG else "little"
            yield (_LUI | register << 16 | word >> 16).to_bytes(4, "big")[:: 1 if order == "big" else -1]


class Built(msgspec.Struct, frozen=True):
    """A word as one machine builds it."""

    upper: re.Pattern[bytes]
    lower: re.Pattern[bytes]

    def stands_in(self, window: bytes) -> bool:
        """Whether both halves do."""
        return bool(self.upper.search(window) and self.lower.search(window))


@cache
def built(word: int, machine: str) -> Built:
    """How `machine` builds `word`, in any register."""
    high, low = word >> 16, word & 0xFFFF
    if machine == AARCH64:
        return Built(_move(high, (0xA0,), b"\x72"), _move(low, (0x80,), b"\x52"))
    if machine == AARCH64_LONG:
        return Built(_move(high, (0xA0, 0xE0), b"\xd2\xf2"), _move(low, (0x80, 0xC0), b"\xd2\xf2"))
    if machine == ARM:
        return Built(_arm(high, 0x40), _arm(low, 0))
    if machine == THUMB:
        return Built(_in_thumb(high, 0xF2C0), _in_thumb(low, 0xF240))
    if machine == MIPS_BIG:
        upper, lower = b"\x3c[\0-\x1f]" + _plain(high, 1), _SECOND + b"." + _plain(low, 1)
    else:
        upper, lower = _plain(high, -1) + b"[\0-\x1f]\x3c", _plain(low, -1) + b"." + _SECOND
    return Built(re.compile(upper, re.DOTALL), re.compile(lower, re.DOTALL))


def _plain(half: int, step: int) -> bytes:
    return re.escape(half.to_bytes(2, "big")[::step])


def _move(half: int, shifts: tuple[int, ...], opcodes: bytes) -> re.Pattern[bytes]:
    first = (half & 7) << 5
    register = b"[" + re.escape(bytes((first,))) + b"-" + re.escape(bytes((first + 31,))) + b"]"
    middle = re.escape(bytes((half >> 3 & 0xFF,)))
    shifted = b"[" + re.escape(bytes(half >> 11 | shift for shift in shifts)) + b"]"
    return re.compile(register + middle + shifted + b"[" + re.escape(opcodes) + b"]", re.DOTALL)


def _arm(half: int, opcode: int) -> re.Pattern[bytes]:
    registers = bytes(register << 4 | half >> 8 & 15 for register in range(FEW_REGISTERS))
    ends = bytes((opcode | half >> 12, 0xE3))
    return re.compile(
        re.escape(bytes((half & 0xFF,))) + b"[" + re.escape(registers) + b"]" + re.escape(ends), re.DOTALL
    )


def _in_thumb(half: int, opcode: int) -> re.Pattern[bytes]:
    registers = bytes((half >> 8 & 7) << 4 | register for register in range(FEW_REGISTERS))
    return re.compile(re.escape(_thumb(half, opcode)) + b"[" + re.escape(registers) + b"]", re.DOTALL)


def _thumb(half: int, opcode: int) -> bytes:
    """The three bytes that the register is no part of."""
    return (opcode | (half >> 11 & 1) << 10 | half >> 12).to_bytes(2, "little") + bytes((half & 0xFF,))
