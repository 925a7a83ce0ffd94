"""Calls in code for RISC-V (The RISC-V Instruction Set Manual: JAL, AUIPC with JALR, LD and ADDI)."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pellucid.formats.calls.program import NONE, Addresses, Branches, Program
from pellucid.formats.calls.words import Words, found_at, signed

LINKS = (1, 5)
STUB_LOADS = (0xE3E03, 0xE2E03)
"""LD and LW of t3 from t3."""


def branches(code: bytes, address: int, _program: Program) -> Branches:
    """JAL, and AUIPC with JALR behind it; the place is that of the jump."""
    every = _words(code)
    near = np.flatnonzero((every & 0x7F) == 0x6F)
    near = near[np.isin(every[near] >> 7 & 31, (0, *LINKS))]
    one = every[near]
    distance = (one >> 31 & 1) << 20 | (one >> 12 & 0xFF) << 12 | (one >> 20 & 1) << 11 | (one >> 21 & 0x3FF) << 1
    places = near * 2 + address
    found = [found_at(places, places + signed(distance, 21), np.isin(one >> 7 & 31, LINKS))]
    at, base = _pages(every, address, 0x67)
    jump = every[at + 2]
    found.append(found_at(at * 2 + 4 + address, base + signed(jump >> 20, 12), np.isin(jump >> 7 & 31, LINKS)))
    return Branches.joined(found)


def starts(_code: bytes, _address: int, _program: Program) -> Addresses:
    """Nothing tells."""
    return NONE


def through_slots(_code: bytes, _address: int, _program: Program) -> Branches:
    """Compilers call by stubs."""
    return Branches.joined([])


def stubs(code: bytes, address: int, program: Program) -> Mapping[int, str]:
    """AUIPC t3, LD t3, JALR t1."""
    every = _words(code)
    at = np.flatnonzero((every[:-2] & 0xFFF) == 0xE17) if len(every) > 2 else NONE
    at = at[np.isin(every[at + 2] & 0xFFFFF, STUB_LOADS)]
    places = at * 2 + address
    slots = places + signed(every[at] & 0xFFFF_F000, 32) + signed(every[at + 2] >> 20, 12)
    pairs = zip(places.tolist(), slots.tolist(), strict=True)
    return {place: program.slots[slot] for place, slot in pairs if slot in program.slots}


def references(code: bytes, address: int, _program: Program) -> Branches:
    """Addresses that AUIPC and ADDI compute."""
    every = _words(code)
    at, base = _pages(every, address, 0x13)
    return found_at(at * 2 + address, base + signed(every[at + 2] >> 20, 12), False)


def _words(code: bytes) -> Words:
    """The word at every second byte."""
    if len(code) < 4:
        return NONE
    view: NDArray[np.uint32] = np.ndarray(((len(code) - 2) // 2,), np.dtype("<u4"), code, 0, (2,))
    return view.astype(np.int64)


def _pages(every: Words, address: int, operation: int) -> tuple[Addresses, Addresses]:
    """(numbers, sums) of AUIPC with an instruction behind it that adds to its register, of funct3 0."""
    if len(every) < 3:
        return NONE, NONE
    at = np.flatnonzero((every[:-2] & 0x7F) == 0x17)
    behind = every[at + 2]
    at = at[((behind & 0x707F) == operation) & ((behind >> 15 & 31) == (every[at] >> 7 & 31))]
    return at, at * 2 + address + signed(every[at] & 0xFFFF_F000, 32)
