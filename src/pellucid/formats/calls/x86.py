"""Calls in code for x86 and x86-64 (Intel SDM, volume 2: CALL, JMP, Jcc, LEA), without disassembling it.

Every byte that may begin such an instruction is taken for one, and what it would lead to decides: the odds that four
bytes of something else are the distance to one of a few stubs are one to millions.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pellucid.formats.calls.program import NONE, Addresses, Branches, Program, within

CALL, JUMP = 0x15, 0x25
BY_EBX, JUMP_BY_EBX = 0x93, 0xA3
ENDBR = (b"\xf3\x0f\x1e\xfa", b"\xf3\x0f\x1e\xfb")
BND = 0xF2


def branches(code: bytes, address: int, _program: Program) -> Branches:
    """CALL, JMP and Jcc with a distance of 32 bits."""
    if len(code) < 6:
        return Branches.joined([])
    raw, words = _views(code)
    near = np.flatnonzero((raw[: len(words) - 1] & 0xFE) == 0xE8)
    conditional = np.flatnonzero((raw[: len(words) - 2] == 0x0F) & ((raw[1 : len(words) - 1] & 0xF0) == 0x80))
    to = np.concatenate((near + 5 + words[near + 1], conditional + 6 + words[conditional + 2])) + address
    at = np.concatenate((near, conditional))
    calls = np.concatenate((raw[near] == 0xE8, np.zeros(len(conditional), np.bool_)))
    return Branches(at=at.astype(np.int64) + address, to=to.astype(np.int64), calls=calls)


def starts(_code: bytes, _address: int, _program: Program) -> Addresses:
    """Nothing tells."""
    return NONE


def through_slots(code: bytes, address: int, program: Program) -> Branches:
    """CALL and JMP through a slot of memory; `to` is the address of the slot."""
    if len(code) < 7:
        return Branches.joined([])
    raw, words = _views(code)
    first = np.flatnonzero(raw[: len(words) - 2] == 0xFF)
    kind = raw[first + 1]
    direct = first[(kind == CALL) | (kind == JUMP)]
    to = words[direct + 2].astype(np.int64)
    if program.bits == 64:
        to = to + direct + 6 + address
    else:
        to &= 0xFFFF_FFFF
    found = [Branches(at=direct + address, to=to, calls=raw[direct + 1] == CALL)]
    if program.bits == 32 and program.bases:
        based = first[(kind == BY_EBX) | (kind == JUMP_BY_EBX)]
        to = (words[based + 2].astype(np.int64) + program.bases[0]) & 0xFFFF_FFFF
        found.append(Branches(at=based + address, to=to, calls=raw[based + 1] == BY_EBX))
    return Branches.joined(found)


def stubs(code: bytes, address: int, program: Program) -> Mapping[int, str]:
    """Jumps through slots, of those among the stubs where sections tell which these are."""
    found: dict[int, str] = {}
    jumps = through_slots(code, address, program)
    jumps = jumps.kept(~jumps.calls & np.isin(jumps.to, np.fromiter(program.slots, np.int64, len(program.slots))))
    in_plt = within(jumps.at, program.plt).tolist()
    for at, slot, listed in zip(jumps.at.tolist(), jumps.to.tolist(), in_plt, strict=True):
        begin = at - address
        begin -= 1 if begin and code[begin - 1] == BND else 0
        begin -= 4 if code[max(begin - 4, 0) : begin] in ENDBR else 0
        if listed or not program.plt:
            found[begin + address] = program.slots[slot]
    return found


def references(code: bytes, address: int, program: Program) -> Branches:
    """Addresses that code computes with LEA, from its own or from the table's, or has as operands of MOV and PUSH."""
    if len(code) < 7:
        return Branches.joined([])
    raw, words = _views(code)
    first, second = raw[: len(words) - 2], raw[1 : len(words) - 1]
    if program.bits == 64:
        at = np.flatnonzero((first == 0x8D) & ((second & 0xC7) == 0x05))
        return _computed(at, at + 6 + words[at + 2] + address, address)
    found = []
    if program.bases:
        at = np.flatnonzero((first == 0x8D) & ((second & 0xC7) == 0x83))
        found.append(_computed(at, words[at + 2].astype(np.int64) + program.bases[0], address))
    at = np.flatnonzero((first == 0x68) | ((first & 0xF8) == 0xB8))
    found.append(_computed(at, words[at + 1].astype(np.int64), address))
    at = np.flatnonzero((first[:-1] == 0xC7) & ((second[:-1] & 0xC7) == 0x04))
    found.append(_computed(at, words[at + 3].astype(np.int64), address))
    return Branches.joined(found)


def _computed(at: Addresses, to: Addresses, address: int) -> Branches:
    to = to.astype(np.int64) & 0xFFFF_FFFF_FFFF
    return Branches(at=at + address, to=to, calls=np.zeros(len(at), np.bool_))


def _views(code: bytes) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """The bytes, and the signed word of 32 bits at each of them."""
    raw = np.frombuffer(code, np.uint8)
    words: NDArray[np.int32] = np.ndarray((len(code) - 3,), np.dtype("<i4"), code, 0, (1,))
    return raw, words
