"""Calls in code for MIPS (MIPS Architecture for Programmers, volume II; System V ABI, MIPS supplement).

Position-independent code loads the address of a function from a slot at a distance from the global pointer into a
register, mostly $t9, and jumps by it; what else is in registers by then is followed from instruction to instruction.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np

from pellucid.formats.calls.program import NONE, Addresses, Branches, Program
from pellucid.formats.calls.words import Words, found_at, sign, signed, words

T9, RA, JALR_T9 = 25, 31, 0x0320_F809
LOADS = (0x8F80_0000, 0xDF80_0000)
"""LW and LD from $gp."""
KEPT = frozenset((*range(16, 24), 30))
"""Registers that functions give back as they were."""
FARTHEST, NEAR = 2000, 20
# In each piece of code, for all loads.
MOST_FOLLOWED, MOST_STEPS = 50_000, 400_000
ADDS = (0x09, 0x19)
SPECIAL_WITHOUT = frozenset((0x08, 0x0C, 0x0D, 0x0F, 0x11, 0x13, *range(0x18, 0x20), *range(0x30, 0x37)))
MOVES = frozenset((0x21, 0x25, 0x2D))
TO_RT = frozenset((*range(0x08, 0x10), 0x18, 0x19, 0x1A, 0x1B, *range(0x20, 0x28), 0x30, 0x34, 0x37, 0x38, 0x3C))


def branches(code: bytes, address: int, program: Program) -> Branches:
    """JAL, J, BAL and B; and what is loaded into $t9 from the table, when it is one of the program's own functions."""
    every = words(code, big_endian=program.big_endian)
    far = np.flatnonzero((every >> 27) == 1)
    near = np.flatnonzero(((every & 0xFFFF_0000) == 0x0411_0000) | ((every & 0xFFFF_0000) == 0x1000_0000))
    far_at, near_at = far * 4 + address, near * 4 + address
    to = (far_at + 4 & ~0x0FFF_FFFF) | (every[far] & 0x03FF_FFFF) << 2
    found = [
        found_at(far_at, to, (every[far] >> 26) == 3),
        found_at(near_at, near_at + 4 + signed(every[near], 16) * 4, (every[near] >> 26) == 1),
    ]
    return Branches.joined([*found, _own(code, address, program, every)])


def starts(code: bytes, address: int, program: Program) -> Addresses:
    """Functions that use the table of addresses begin by computing where it is, from their own address in $t9."""
    every = words(code, big_endian=program.big_endian)
    at = (
        np.flatnonzero((every[2:] == 0x0399_E021) & ((every[:-2] & 0xFFFF_0000) == 0x3C1C_0000))
        if len(every) > 2
        else NONE
    )
    return at * 4 + address


def through_slots(code: bytes, address: int, program: Program) -> Branches:
    """JALR and JR by a register that holds what was loaded from a slot."""
    every = words(code, big_endian=program.big_endian)
    found = set()
    left = iter(range(MOST_STEPS))
    for load, slot in islice(_loads(every, program), MOST_FOLLOWED):
        for at, is_call in _followed(every, load, left):
            found.add((at * 4 + address, slot, is_call))
    rows = sorted(found)
    table = np.array(rows, np.int64).reshape(-1, 3)
    return found_at(table[:, 0], table[:, 1], table[:, 2] != 0)


def stubs(code: bytes, address: int, program: Program) -> Mapping[int, str]:
    """LUI $t7, LW or LD $t9: how programs that stand at a fixed address call."""
    every = words(code, big_endian=program.big_endian)
    at = np.flatnonzero((every[:-1] & 0xFFFF_0000) == 0x3C0F_0000)
    load = every[at + 1]
    fits = ((load & 0xFFFF_0000) == 0x8DF9_0000) | ((load & 0xFFFF_0000) == 0xDDF9_0000)
    at = at[fits]
    slots = (signed(every[at], 16) << 16) + signed(every[at + 1], 16)
    pairs = zip((at * 4 + address).tolist(), slots.tolist(), strict=True)
    return {place: program.slots[slot] for place, slot in pairs if slot in program.slots}


def references(code: bytes, address: int, program: Program) -> Branches:
    """Addresses that are loaded from the table, with what is added to them, or made by LUI and ADDIU."""
    every = words(code, big_endian=program.big_endian)
    at, slots = _slots(every, program)
    known = np.array(sorted(program.values), np.int64)
    values = np.array([program.values[slot] for slot in known.tolist()], np.int64)
    hit = np.isin(slots, known)
    at, loaded = at[hit], values[np.searchsorted(known, slots[hit])] if len(known) else NONE
    high = np.flatnonzero((every >> 21) == 0x1E0)
    found = [found_at(at * 4 + address, loaded, False)]
    for begin, base in ((at, loaded), (high, signed(every[high], 16) << 16)):
        found += _added(every, address, begin, base)
    return Branches.joined(found)


def _added(every: Words, address: int, at: Addresses, base: Addresses) -> Iterator[Branches]:
    """The sums where ADDIU adds to the register that was given a value there, as long as it holds that."""
    for behind in range(1, NEAR):
        fits = at + behind < len(every)
        at, base = at[fits], base[fits]
        added, register = every[at + behind], every[at] >> 16 & 31
        operation = added >> 26
        adds = np.isin(operation, ADDS) & ((added >> 21 & 31) == register)
        yield found_at(at[adds] * 4 + address, base[adds] + signed(added[adds], 16), False)
        writes = (operation >= 0x08) & (operation < 0x28) & ((added >> 16 & 31) == register)
        kept = ~(writes | ((operation == 0) & ((added >> 11 & 31) == register)))
        at, base = at[kept], base[kept]


def _slots(every: Words, program: Program) -> tuple[Addresses, Addresses]:
    """(numbers of the loads from $gp, slots that they load from)."""
    if not program.bases:
        return NONE, NONE
    kind = every & 0xFFE0_0000
    at = np.flatnonzero((kind == LOADS[0]) | (kind == LOADS[1]))
    return at, program.bases[0] + signed(every[at], 16)


def _loads(every: Words, program: Program) -> Iterator[tuple[int, int]]:
    at, slots = _slots(every, program)
    hit = np.isin(slots, np.fromiter(program.slots, np.int64, len(program.slots)))
    yield from zip(at[hit].tolist(), slots[hit].tolist(), strict=True)


def _own(code: bytes, address: int, program: Program, every: Words) -> Branches:
    """What is loaded into $t9, as calls where JALR follows."""
    found = references(code, address, program)
    numbers = (found.at - address) // 4
    kept = (every[numbers] >> 16 & 31) == T9
    loads, to = numbers[kept], found.to[kept]
    at = loads.copy()
    for behind in range(1, NEAR):
        jumps = (at == loads) & (every[np.minimum(loads + behind, len(every) - 1)] == JALR_T9)
        at[jumps] = loads[jumps] + behind
    return found_at(at * 4 + address, to, True)


def _followed(every: Words, load: int, left: Iterator[int]) -> Iterator[tuple[int, bool]]:
    """(number, whether it returns) of the jumps by what the load has put into a register, along all branches."""
    first = frozenset((int(every[load]) >> 16 & 31,))
    waiting = [(load + 1, first)]
    if load and (to := _branch(int(every[load - 1]), load - 1)) >= 0:
        waiting = [(to, first)] + ([] if _always(int(every[load - 1])) else waiting)
    seen = set()
    steps = 0
    while waiting:
        number, held = waiting.pop()
        while held and 0 <= number < len(every) and (number, held) not in seen and steps < FARTHEST:
            if next(left, None) is None:
                return
            steps += 1
            seen.add((number, held))
            word = int(every[number])
            operation, function = word >> 26, word & 0x3F
            jumps = operation == 0 and function in (8, 9)
            if jumps and (word >> 21 & 31) in held:
                yield number, function == 9
            target = _branch(word, number)
            calls = (jumps and function == 9) or operation == 3 or word >> 16 == 0x0411
            if not (jumps or calls or target >= 0):
                number, held = number + 1, _after(word, held)
                continue
            # The instruction behind a jump is carried out before it.
            held = _after(int(every[number + 1]), _after(word, held)) if number + 1 < len(every) else frozenset()
            if target >= 0:
                waiting.append((target, held))
            if (jumps and function == 8) or _always(word):
                break
            number, held = number + 2, held & KEPT if calls else held


def _branch(word: int, number: int) -> int:
    """The number of the instruction that a branch within the function leads to; -1 for what is no branch."""
    operation = word >> 26
    is_branch = 4 <= operation <= 7 or 20 <= operation <= 23 or (operation == 1 and not word & 0x0010_0000)
    return number + 1 + sign(word, 16) if is_branch else -1


def _always(word: int) -> bool:
    return word >> 16 == 0x1000


def _after(word: int, held: frozenset[int]) -> frozenset[int]:
    """The registers that hold the address after an instruction."""
    operation, function = word >> 26, word & 0x3F
    source, other, result = word >> 21 & 31, word >> 16 & 31, word >> 11 & 31
    if operation == 0:
        if function in SPECIAL_WITHOUT:
            return held
        copies = function in MOVES and ((source in held and other == 0) or (other in held and source == 0))
        return held | {result} if copies else held - {RA if function == 9 else result}
    if operation == 0x1C or (operation == 0x1F and function == 0x20):
        return held - {result}
    if operation in TO_RT or operation == 0x1F or (operation in (0x10, 0x11, 0x12) and source < 4):
        return held - {other}
    return held
