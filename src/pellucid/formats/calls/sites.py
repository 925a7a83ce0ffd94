"""Calls of imported functions in a program."""

from collections.abc import Mapping
from types import ModuleType

import msgspec
import numpy as np
from numpy.typing import NDArray

from pellucid.formats.calls import aarch64, arm, mips, powerpc, riscv, x86
from pellucid.formats.calls.program import NONE, Addresses, Branches, Program, distinct, pieces, within
from pellucid.formats.span import Data

MACHINES: Mapping[str, ModuleType] = {
    "x86_64": x86,
    "i386": x86,
    "arm": arm,
    "thumb": arm,
    "aarch64": aarch64,
    "mips": mips,
    "riscv": riscv,
    "ppc": powerpc,
    "ppc64": powerpc,
}
LARGEST_CODE = 64 << 20


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """`sites` are addresses of calls and tail calls by the name of the function, ascending.

    `starts` are where functions begin, as far as code tells. `edges` are all calls and jumps within the program,
    `references` addresses that its code computes or loads.
    `whole` says whether all code was read.
    """

    sites: Mapping[str, Addresses]
    edges: Branches
    references: Branches
    starts: Addresses
    whole: bool


def find(data: Data, program: Program) -> Calls | None:
    """All calls of what the slots of the program stand for; None where code is not read, or there is none."""
    machine = MACHINES.get(program.machine)
    if machine is None or not program.code:
        return None
    edges: list[Branches] = []
    by_slot: list[Branches] = []
    references: list[Branches] = []
    stubs: dict[int, str] = {}
    starts = [NONE]
    read = 0
    for code, address, own in pieces(data, program):
        read += own
        if read > LARGEST_CODE:
            break
        near = machine.branches(code, address, program)
        edges.append(near.kept((near.at < address + own) & program.in_code(near.to)))
        far = machine.through_slots(code, address, program)
        by_slot.append(far.kept(far.at < address + own))
        stubs |= machine.stubs(code, address, program)
        starts.append(machine.starts(code, address, program))
        computed = machine.references(code, address, program)
        references.append(computed.kept((computed.at < address + own) & program.is_loaded(computed.to)))
    joined = Branches.joined(edges)
    if not program.plt:
        stubs = _called(stubs, joined)
    return Calls(
        sites=_sites(program, joined, Branches.joined(by_slot), stubs),
        edges=joined,
        references=Branches.joined(references),
        starts=np.concatenate(starts),
        whole=read <= LARGEST_CODE,
    )


def _called(stubs: Mapping[int, str], edges: Branches) -> dict[int, str]:
    """The stubs among jumps through slots: what is called, or jumped to and stands where functions do.

    The others are tail calls in functions.
    """
    called, reached = set(edges.to[edges.calls].tolist()), set(edges.to[(edges.to & 7) == 0].tolist())
    return {at: name for at, name in stubs.items() if at in called or at in reached}


def _sites(program: Program, near: Branches, far: Branches, stubs: Mapping[int, str]) -> dict[str, Addresses]:
    far = far.kept(~_in_stubs(program, far.at, stubs))
    near = near.kept(~_in_stubs(program, near.at, stubs))
    found: dict[str, list[Addresses]] = {}
    for branches, places in ((near, stubs), (far, program.slots)):
        hit = np.isin(branches.to, np.fromiter(places, np.int64, len(places)))
        order = np.argsort(branches.to[hit], kind="stable")
        every, first = np.unique(branches.to[hit][order], return_index=True)
        for to, at in zip(every.tolist(), np.split(branches.at[hit][order], first[1:]), strict=False):
            found.setdefault(places[to], []).append(at)
    return {name: distinct(np.concatenate(at)) for name, at in sorted(found.items())}


def _in_stubs(program: Program, at: Addresses, stubs: Mapping[int, str]) -> NDArray[np.bool_]:
    """Which of these places are in stubs, whose own jumps are no calls."""
    if program.plt:
        return within(at, program.plt)
    return np.isin(at, [begin + ahead for begin in stubs for ahead in range(16)])
