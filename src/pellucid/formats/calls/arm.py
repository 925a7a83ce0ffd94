"""Calls in code for Arm and Thumb (Arm Architecture Reference Manual: B, BL, BLX), which may stand side by side.

Whether a place is Arm is told by the instructions around it: nearly all of Arm begin with the condition "always".
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pellucid.formats.calls.program import NONE, Addresses, Branches, Program
from pellucid.formats.calls.words import Words, found_at, signed, words

ALWAYS = 0xE
AROUND = 8
FAR = 12
THUMB_TO_ARM = (b"\x78\x47\xc0\x46", b"\x78\x47\xfd\xe7")


def branches(code: bytes, address: int, program: Program) -> Branches:
    """B, BL and BLX of both sets of instructions."""
    every = words(code, big_endian=program.big_endian)
    is_arm = _is_arm(every)
    return Branches.joined([_arm(every, address, is_arm), _thumb(code, address, program, is_arm)])


def starts(_code: bytes, _address: int, _program: Program) -> Addresses:
    """Nothing tells."""
    return NONE


def through_slots(_code: bytes, _address: int, _program: Program) -> Branches:
    """Compilers call by stubs."""
    return Branches.joined([])


def stubs(code: bytes, address: int, program: Program) -> Mapping[int, str]:
    """ADD ip, pc; ADD ip, ip (up to twice); LDR pc, [ip]: with two instructions of Thumb in front where that calls."""
    every = words(code, big_endian=program.big_endian)
    found = {}
    for last in np.flatnonzero((every & 0xFFFF_F000) == 0xE5BC_F000).tolist():
        total = int(every[last]) & 0xFFF
        for first in range(last - 1, max(last - 4, -1), -1):
            word = int(every[first])
            if word & 0xFFFF_F000 not in (0xE28C_C000, 0xE28F_C000):
                break
            total += _rotated(word)
            if word & 0xFFFF_F000 == 0xE28F_C000:
                name = program.slots.get((total + first * 4 + address + 8) & 0xFFFF_FFFF)
                if name:
                    found[first * 4 + address] = name
                    if code[max(first * 4 - 4, 0) : first * 4] in THUMB_TO_ARM:
                        found[first * 4 - 4 + address] = name
                break
    return found


def references(code: bytes, address: int, program: Program) -> Branches:
    """Words between functions that are addresses, or distances to one from where the instruction that adds stands."""
    every = words(code, big_endian=program.big_endian)
    halves = words(code, big_endian=program.big_endian, size=2)
    found = [_literals_of_thumb(halves, every, address)]
    loads = np.flatnonzero((every & 0x0F7F_0000) == 0x051F_0000)
    distance = np.where(every[loads] & 0x0080_0000, every[loads] & 0xFFF, -(every[loads] & 0xFFF))
    place = loads * 4 + 8 + distance
    loads, place = loads[(place >= 0) & (place // 4 < len(every))], place[(place >= 0) & (place // 4 < len(every))]
    values = every[place // 4]
    found.append(found_at(loads * 4 + address, values, False))
    for behind in range(1, FAR):
        fits = loads + behind < len(every)
        loads, values = loads[fits], values[fits]
        register = every[loads] >> 12 & 15
        adds = (every[loads + behind] & 0xFFFF_FFFF) == (0xE08F_0000 | register << 12 | register)
        at = loads[adds]
        to = (at + behind) * 4 + 8 + address + values[adds] & 0xFFFF_FFFF
        found.append(found_at(at * 4 + address, to, False))
        loads, values = loads[~adds], values[~adds]
    return Branches.joined(found)


def _literals_of_thumb(halves: Words, every: Words, address: int) -> Branches:
    loads = np.flatnonzero((halves & 0xF800) == 0x4800)
    place = ((loads * 2 + 4) & ~3) + (halves[loads] & 0xFF) * 4
    loads, place = loads[place // 4 < len(every)], place[place // 4 < len(every)]
    values = every[place // 4]
    found = [found_at(loads * 2 + address, values, False)]
    for behind in range(1, 2 * FAR):
        fits = loads + behind < len(halves)
        loads, values = loads[fits], values[fits]
        adds = halves[loads + behind] == (0x4478 | (halves[loads] >> 8 & 7))
        at = loads[adds]
        to = (at + behind) * 2 + 4 + address + values[adds] & 0xFFFF_FFFF
        found.append(found_at(at * 2 + address, to, False))
        loads, values = loads[~adds], values[~adds]
    return Branches.joined(found)


def _arm(every: Words, address: int, is_arm: NDArray[np.bool_]) -> Branches:
    kind = every >> 24
    at = np.flatnonzero(((kind & 0xE) == 0xA) & is_arm)
    found, places = every[at], at * 4 + address
    switching = found >> 28 == 0xF
    to = places + 8 + signed(found, 24) * 4 + np.where(switching, (found >> 23 & 2), 0)
    return found_at(places, to, ((found >> 24 & 1) == 1) | switching)


def _thumb(code: bytes, address: int, program: Program, is_arm: NDArray[np.bool_]) -> Branches:
    halves = words(code, big_endian=program.big_endian, size=2)
    if len(halves) < 2 or not len(is_arm):
        return Branches.joined([])
    first, second = halves[:-1], halves[1:]
    at = np.flatnonzero(((first & 0xF800) == 0xF000) & ((second & 0x8000) == 0x8000) & ((second & 0x5000) != 0))
    at = at[~is_arm[np.minimum(at // 2, len(is_arm) - 1)]]
    one, two, places = halves[at], halves[at + 1], at * 2 + address
    sign = one >> 10 & 1
    high, low = ~((two >> 13) ^ sign) & 1, ~((two >> 11) ^ sign) & 1
    distance = signed(sign << 24 | high << 23 | low << 22 | (one & 0x3FF) << 12 | (two & 0x7FF) << 1, 25)
    to_arm = (two & 0xD000) == 0xC000
    to = np.where(to_arm, places + 4 & ~3, places + 4) + distance
    return found_at(places, to, (two & 0x4000) != 0)


def _is_arm(every: Words) -> NDArray[np.bool_]:
    """Of each word, whether it is among words of Arm. BLX of Thumb looks like one that is always carried out."""
    always = np.concatenate(([0], np.cumsum((every >> 28 == ALWAYS) & ((every & 0xF800) != 0xF000))))
    numbers = np.arange(len(every))
    begin, end = np.maximum(numbers - AROUND, 0), np.minimum(numbers + AROUND, len(every))
    return np.asarray((always[end] - always[begin]) * 2 > end - begin)


def _rotated(word: int) -> int:
    """The immediate of eight bits, rotated to the right by twice what stands above it."""
    value, by = word & 0xFF, (word >> 8 & 0xF) * 2
    return (value >> by | value << (32 - by)) & 0xFFFF_FFFF
