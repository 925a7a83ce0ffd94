"""Calls in code for AArch64 (Arm Architecture Reference Manual: B, BL, BLR, ADRP, ADD and LDR with an immediate)."""

from collections.abc import Iterator, Mapping

import numpy as np

from pellucid.formats.calls.program import NONE, Addresses, Branches, Program
from pellucid.formats.calls.words import Words, found_at, signed, words

BR_X17, BTI_C = 0xD61F_0220, 0xD503_245F
NEAR, FAR = 8, 12
"""How many instructions behind ADRP the one that adds may stand, and behind that one the call."""


def branches(code: bytes, address: int, _program: Program) -> Branches:
    """B and BL, whose distance has 26 bits."""
    all_words = words(code, big_endian=False)
    at = np.flatnonzero((all_words & 0x7C00_0000) == 0x1400_0000)
    found = all_words[at]
    places = at * 4 + address
    return found_at(places, places + signed(found, 26) * 4, found >> 31 == 1)


def starts(_code: bytes, _address: int, _program: Program) -> Addresses:
    """Nothing tells."""
    return NONE


def through_slots(code: bytes, address: int, program: Program) -> Branches:
    """BLR and BR by a register that was loaded from a slot a few instructions before."""
    all_words = words(code, big_endian=False)
    at, to, calls = [], [], []
    for load, slot in _loads(all_words, address, program):
        register = int(all_words[load]) & 31
        for number in range(load + 1, min(load + FAR, len(all_words))):
            word = int(all_words[number])
            if word & 0xFFDF_FC1F == 0xD61F_0000 and word >> 5 & 31 == register:
                at.append(number * 4 + address)
                to.append(slot)
                calls.append(bool(word & 0x0020_0000))
                break
    return found_at(np.array(at, np.int64), np.array(to, np.int64), np.array(calls, np.bool_))


def stubs(code: bytes, address: int, program: Program) -> Mapping[int, str]:
    """ADRP x16, LDR x17, ADD x16, BR x17, with a landing pad in front where branches are protected.

    Where sections say where stubs are, what they load decides alone: Mach-O has no ADD in them.
    """
    all_words = words(code, big_endian=False)
    found = {}
    for load, slot in _loads(all_words, address, program):
        behind = all_words[load + 1 : load + 5]
        inside = any(span.has(load * 4 + address) for span in program.plt)
        if load and (inside or (all_words[load] & 0x3FF == 0x211 and BR_X17 in behind)):
            begin = load - 1
            if begin and all_words[begin - 1] == BTI_C:
                begin -= 1
            found[begin * 4 + address] = program.slots[slot]
    return found


def references(code: bytes, address: int, _program: Program) -> Branches:
    """Addresses that ADRP and ADD compute."""
    all_words = words(code, big_endian=False)
    sums = _sums(all_words, address, 0xFFC0_0000, 0x9100_0000, 0)
    return Branches.joined([found_at(at * 4 + address, to, False) for at, to in sums])


def _loads(all_words: Words, address: int, program: Program) -> Iterator[tuple[int, int]]:
    """(number of the instruction, slot) where ADRP and LDR load from a slot."""
    slots = np.fromiter(program.slots, np.int64, len(program.slots))
    for at, to in _sums(all_words, address, 0xFFC0_0000, 0xF940_0000, 3):
        hit = np.isin(to, slots)
        yield from zip(at[hit].tolist(), to[hit].tolist(), strict=True)


def _sums(
    all_words: Words, address: int, mask: int, operation: int, scale: int
) -> Iterator[tuple[Addresses, Addresses]]:
    """(numbers, addresses) of instructions that add to the page which an ADRP just before has put into a register."""
    pages = np.flatnonzero((all_words & 0x9F00_0000) == 0x9000_0000)
    for behind in range(1, NEAR + 1):
        pages = pages[pages + behind < len(all_words)]
        page, added = all_words[pages], all_words[pages + behind]
        fits = ((added & mask) == operation) & ((added >> 5 & 31) == (page & 31))
        page, added, at = page[fits], added[fits], pages[fits]
        distance = signed(((page >> 5 & 0x7FFFF) << 2) | (page >> 29 & 3), 21) << 12
        base = (at * 4 + address) & ~0xFFF
        yield at + behind, base + distance + ((added >> 10 & 0xFFF) << scale)
        pages = pages[~(fits & ((all_words[pages + behind] & 31) == (all_words[pages] & 31)))]
