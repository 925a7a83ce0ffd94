"""Programs as those who look for calls in them see them: where code is, and what the loader fills in."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from pellucid.formats.span import Data

Addresses = NDArray[np.int64]
PIECE, OVERLAP = 4 << 20, 64
"""Code is read in pieces of so many bytes, each with some of the next one behind it."""

NONE: Addresses = np.empty(0, np.int64)


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the file that is loaded: `size` bytes from `offset` stand at `address`."""

    address: int
    offset: int
    size: int

    def has(self, address: int) -> bool:
        return self.address <= address < self.address + self.size


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """`code` and `data` are what is loaded, to be run or not.

    `slots` are places in memory that hold the address of an imported function when the program runs, and `plt` is where
    the stubs lie that jump to one, as far as sections tell. `starts` are the beginnings of functions
    that tables name, ascending, and `listed` says whether these are all functions. `names` are theirs, as far as
    symbols tell. `entries` is where the system begins to run it, `exports` what others may call. `bases` are what code
    may count from to reach its table of addresses: the global pointer of MIPS, the TOC of PowerPC.
    `pointers` are addresses of code that stand in data or in relocations, and `values` what a slot holds when it is one
    of the program's own functions.
    """

    machine: str
    bits: int
    big_endian: bool
    code: tuple[Span, ...]
    data: tuple[Span, ...]
    slots: Mapping[int, str]
    plt: tuple[Span, ...] = ()
    starts: Addresses = msgspec.field(default_factory=lambda: NONE)
    listed: bool = False
    names: Mapping[int, str] = msgspec.field(default_factory=dict)
    entries: tuple[int, ...] = ()
    exports: Addresses = msgspec.field(default_factory=lambda: NONE)
    bases: tuple[int, ...] = ()
    pointers: Addresses = msgspec.field(default_factory=lambda: NONE)
    values: Mapping[int, int] = msgspec.field(default_factory=dict)

    def offset(self, address: int) -> int:
        """Where in the file an address stands; -1 when it is not loaded from there."""
        for span in (*self.code, *self.data):
            if span.has(address):
                return address - span.address + span.offset
        return -1

    def in_code(self, addresses: Addresses) -> NDArray[np.bool_]:
        """Which of these addresses code stands at."""
        return within(addresses, self.code)

    def is_loaded(self, addresses: Addresses) -> NDArray[np.bool_]:
        """Which of these addresses something of the file stands at."""
        return within(addresses, (*self.code, *self.data))


def distinct(values: Addresses) -> Addresses:
    """The values, sorted, each once. They are chosen by whoever made the file: nothing is hashed."""
    ordered = np.sort(values)
    first = np.concatenate((np.ones(min(len(ordered), 1), np.bool_), ordered[1:] != ordered[:-1]))
    return np.asarray(ordered[first])


def within(addresses: Addresses, spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Which of these addresses lie in one of the spans; files may have thousands of them."""
    merged: list[list[int]] = []
    for span in sorted(spans, key=lambda item: item.address):
        end = span.address + span.size
        if merged and span.address <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([span.address, end])
    if not merged:
        return np.zeros(len(addresses), np.bool_)
    bounds = np.array(merged, np.int64)
    number = np.searchsorted(bounds[:, 0], addresses, "right") - 1
    return np.asarray((number >= 0) & (addresses < bounds[number, 1]))


class Branches(msgspec.Struct, frozen=True, kw_only=True):
    """Instructions `at` these addresses go `to` those; `calls` says which of them come back."""

    at: Addresses
    to: Addresses
    calls: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: "list[Branches]") -> "Branches":
        """All in one, in the order of the addresses."""
        if not parts:
            return cls(at=NONE, to=NONE, calls=np.empty(0, np.bool_))
        at = np.concatenate([item.at for item in parts])
        order = np.argsort(at, kind="stable")
        to, calls = np.concatenate([item.to for item in parts]), np.concatenate([item.calls for item in parts])
        return cls(at=at[order], to=to[order], calls=calls[order])

    def kept(self, which: NDArray[np.bool_]) -> "Branches":
        return Branches(at=self.at[which], to=self.to[which], calls=self.calls[which])


def pieces(data: Data, program: Program) -> Iterator[tuple[bytes, int, int]]:
    """(bytes, address of the first, bytes that are the piece's own) of all code; what follows is seen twice."""
    for span in program.code:
        for at in range(0, span.size, PIECE):
            own = min(PIECE, span.size - at)
            begin = span.offset + at
            yield bytes(data[begin : begin + min(own + OVERLAP, span.size - at)]), span.address + at, own
