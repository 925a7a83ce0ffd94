"""Calls in code for PowerPC (Power ISA: b, bl; the stubs of the ABI supplements for 32 bits and of ELFv2)."""

from collections.abc import Mapping

import numpy as np

from pellucid.formats.calls.program import NONE, Addresses, Branches, Program
from pellucid.formats.calls.words import found_at, sign, signed, words

SAVES_TOC = 0xF841_0018
MOVES = {11: 0x7D69_03A6, 12: 0x7D89_03A6}
"""mtctr of the register that a stub loads."""
BCTR = 0x4E80_0420
NEAR = 4


def branches(code: bytes, address: int, program: Program) -> Branches:
    """b and bl, relative and absolute."""
    every = words(code, big_endian=program.big_endian)
    at = np.flatnonzero((every >> 26) == 18)
    found, places = every[at], at * 4 + address
    distance = signed(found & 0x03FF_FFFC, 26)
    return found_at(places, np.where(found & 2, distance, places + distance), (found & 1) == 1)


def starts(_code: bytes, _address: int, _program: Program) -> Addresses:
    """Nothing tells."""
    return NONE


def through_slots(_code: bytes, _address: int, _program: Program) -> Branches:
    """Compilers call by stubs."""
    return Branches.joined([])


def stubs(code: bytes, address: int, program: Program) -> Mapping[int, str]:
    """Loads of a slot into r11 or r12, mtctr and bctr."""
    every = words(code, big_endian=program.big_endian)
    found = {
        at: name for at, name in program.slots.items() if program.bits == 32 and program.in_code(np.array([at]))[0]
    }
    for last in np.flatnonzero(every == BCTR).tolist():
        if last < 2:
            continue
        load, high = int(every[last - 2]), int(every[last - 3]) if last > 2 else 0
        register = load >> 21 & 31
        if every[last - 1] != MOVES.get(register):
            continue
        first, slots = last - 2, []
        low = sign(load & (0xFFFC if program.bits == 64 else 0xFFFF), 16)
        if high >> 26 == 15 and load >> 16 & 31 == high >> 21 & 31:
            first -= 1
            total = (sign(high, 16) << 16) + low
            slots = [total] if not high >> 16 & 31 else [total + base for base in program.bases]
        else:
            slots = [low + base for base in program.bases]
        if first and every[first - 1] == SAVES_TOC:
            first -= 1
        for slot in slots:
            if name := program.slots.get(slot & 0xFFFF_FFFF if program.bits == 32 else slot):
                found[first * 4 + address] = name
    return found


def references(code: bytes, address: int, program: Program) -> Branches:
    """Addresses that lis and addi compute, and addis and addi from the TOC."""
    every = words(code, big_endian=program.big_endian)
    high = np.flatnonzero((every >> 26) == 15)
    found = []
    for behind in range(1, NEAR):
        high = high[high + behind < len(every)]
        one, two = every[high], every[high + behind]
        fits = ((two >> 26) == 14) & ((two >> 16 & 31) == (one >> 21 & 31))
        at, one, two = high[fits], one[fits], two[fits]
        base = np.where(one >> 16 & 31, program.bases[0] if program.bases else 0, 0)
        found.append(found_at(at * 4 + address, base + (signed(one, 16) << 16) + signed(two, 16), False))
    return Branches.joined(found)
