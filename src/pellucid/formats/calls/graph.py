"""Which functions of a program are reached, from where the system begins to run it and from what others may call."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pellucid.formats.calls.program import Addresses, Branches, Program, distinct
from pellucid.formats.calls.sites import Calls

CALLED, EXPORTED, TAKEN = 1.0, 0.8, 0.5
"""By calls from where it begins; by calls from what it exports; only by what has its address."""
MOST_ROUNDS = 512


class Graph:
    """Functions and what leads from one to the other."""

    def __init__(self, program: Program, calls: Calls) -> None:
        self._program = program
        self._starts = _starts(program, calls)
        self._edges = calls.edges
        self._references = calls.references
        self._confidence: NDArray[np.float64] | None = None

    def function_of(self, addresses: Addresses) -> Addresses:
        """The numbers of the functions that these addresses lie in; -1 for those in front of the first."""
        return np.asarray(np.searchsorted(self._starts, addresses, "right") - 1, np.int64)

    def start(self, number: int) -> int:
        """The address of a function; -1 for none."""
        return int(self._starts[number]) if number >= 0 else -1

    def end(self, number: int) -> int:
        """Where the next function begins."""
        return int(self._starts[number + 1]) if number + 1 < len(self._starts) else 1 << 62

    def name(self, number: int) -> str:
        """The name of a function, "sub_<address>" where symbols say none."""
        start = self.start(number)
        return self._program.names.get(start, f"sub_{start:x}") if number >= 0 else ""

    def confidence(self, number: int) -> float:
        """How sure it is that a function is run; 0 when nothing is known to lead to it."""
        if self._confidence is None:
            self._confidence = self._reached()
        return float(self._confidence[number]) if number >= 0 else 0.0

    def _reached(self) -> NDArray[np.float64]:
        source, target = self._ends(self._edges)
        differs = (source != target) & (source >= 0) & (target >= 0)
        source, target = source[differs], target[differs]
        order = np.argsort(source, kind="stable")
        target = target[order]
        first = np.searchsorted(source[order], np.arange(len(self._starts) + 1))
        found = np.zeros(len(self._starts))
        program = self._program
        entries = np.array(program.entries, np.int64)
        seeds = (
            (CALLED, np.concatenate((entries, self._begun(program.entries[:1])))),
            (EXPORTED, program.exports),
            (TAKEN, np.concatenate((program.pointers, self._references.to))),
        )
        for confidence, addresses in seeds:
            reached = np.zeros(len(self._starts), np.bool_)
            new = distinct(self._exactly(addresses))
            for _ in range(MOST_ROUNDS):
                reached[new] = True
                # Each edge is followed once.
                count = first[new + 1] - first[new]
                behind = np.repeat(first[new] - (np.cumsum(count) - count), count) + np.arange(count.sum())
                new = distinct(target[behind])
                new = new[~reached[new]]
                if not len(new):
                    break
            found[reached & (found == 0)] = confidence
        return found

    def _ends(self, edges: Branches) -> tuple[Addresses, Addresses]:
        return self.function_of(edges.at), self.function_of(edges.to)

    def _exactly(self, addresses: Addresses) -> Addresses:
        """The functions that begin at one of these addresses."""
        masked = addresses & (~1 if self._program.machine == "arm" else ~0)
        hit = np.searchsorted(self._starts, masked)
        inside = hit < len(self._starts)
        return np.asarray(hit[inside][self._starts[hit[inside]] == masked[inside]])

    def _begun(self, entries: Iterable[int]) -> Addresses:
        """What the first function of a program gives to the C library to be run: main, in most."""
        found = []
        for entry in entries:
            number = int(self.function_of(np.array([entry]))[0])
            at = self._references.at
            inside = (at >= entry) & (at < min(self.end(number), entry + 256))
            for to in self._references.to[inside].tolist():
                found += [to, self._program.values.get(to, 0)]
        return np.array(found, np.int64)


def _starts(program: Program, calls: Calls) -> Addresses:
    """Of all functions: where tables do not list them, what is called, or has its address in data, begins one."""
    found = [program.starts, np.array(program.entries, np.int64), calls.starts]
    if not program.listed:
        mask = ~1 if program.machine == "arm" else ~0
        found += [calls.edges.to[calls.edges.calls], program.pointers & mask]
    every = distinct(np.concatenate(found))
    return np.asarray(every[program.in_code(every)])
