"""The table of all signatures, by what points to them; kept until a file changes that it is made of."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from pellucid.analysis import derived
from pellucid.analyzers import sightings, signatures
from pellucid.analyzers.sightings import triggers
from pellucid.analyzers.signatures import FOLDER, Signature


class _Rows(msgspec.Struct, frozen=True, array_like=True):
    """Signatures, encoded; the numbers of those that a literal or soname points to; what else must be searched."""

    products: tuple[msgspec.Raw, ...]
    by_literal: dict[bytes, tuple[int, ...]]
    by_soname: dict[str, tuple[int, ...]]
    others: frozenset[bytes]
    kinds: frozenset[str]


class Table:
    """Signatures, by what points to them. An image has few of the products: only their signatures are decoded."""

    def __init__(self, rows: _Rows) -> None:
        self._rows = rows
        self._decoder = msgspec.msgpack.Decoder(Signature)
        self._decoded: dict[int, Signature] = {}

    def points(self, literal: bytes) -> bool:
        """Whether the literal points to a signature."""
        return literal in self._rows.by_literal

    @property
    def literals(self) -> frozenset[bytes]:
        """All that must be searched."""
        return self._rows.others.union(self._rows.by_literal)

    def of_literal(self, literal: bytes) -> list[Signature]:
        return [self._signature(number) for number in self._rows.by_literal.get(literal, ())]

    def of_soname(self, soname: str) -> list[Signature]:
        return [self._signature(number) for number in self._rows.by_soname.get(soname, ())]

    def _signature(self, number: int) -> Signature:
        """The same object each time."""
        if number not in self._decoded:
            self._decoded[number] = self._decoder.decode(self._rows.products[number])
        return self._decoded[number]


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """What is asked for in every process, and the table itself, which is only decoded where it is."""

    digest: bytes
    kinds: frozenset[str]
    rows: msgspec.Raw


def table_of(products: Iterable[Signature]) -> Table:
    """Those of `products`, which must have different names."""
    return Table(_rows_of(products))


def _rows_of(products: Iterable[Signature]) -> _Rows:
    known = tuple(products)
    by_literal: dict[bytes, list[int]] = defaultdict(list)
    by_soname: dict[str, list[int]] = defaultdict(list)
    wanted: set[bytes] = set()
    kinds: set[str] = set()
    for number, signature in enumerate(known):
        wanted.update(sightings.literals(signature))
        kinds.update(*(rule.kinds for rule in (*signature.version, *signature.presence)))
        for literal in triggers(signature):
            by_literal[literal].append(number)
        for soname in signature.sonames:
            by_soname[soname].append(number)
    return _Rows(
        products=tuple(msgspec.Raw(msgspec.msgpack.encode(signature)) for signature in known),
        by_literal={literal: tuple(numbers) for literal, numbers in by_literal.items()},
        by_soname={soname: tuple(numbers) for soname, numbers in by_soname.items()},
        others=frozenset(wanted.difference(by_literal)),
        kinds=frozenset(kinds),
    )


@cache
def table() -> Table:
    """The signatures that come with the program."""
    return Table(msgspec.msgpack.decode(_kept().rows, type=_Rows))


@cache
def revision() -> int:
    """A number that changes with any signature: facts are cached under it."""
    # Of its own: who wants to know nothing else need not make the table.
    return int.from_bytes(derived.kept("revision", _stamp(), lambda: signatures.revision().to_bytes(4, "big")), "big")


def digest() -> bytes:
    """Of all literals of the table."""
    return _kept().digest


def kinds() -> frozenset[str]:
    """Of artefacts that signatures speak of."""
    return _kept().kinds


@cache
def _kept() -> _Kept:
    return msgspec.msgpack.decode(derived.kept("signatures", _stamp(), _made), type=_Kept)


@cache
def _stamp() -> bytes:
    return derived.stamp(FOLDER, *map(Path, (__file__, sightings.__file__, signatures.__file__)))


def _made() -> bytes:
    made = _rows_of(signatures.signatures())
    literals = b"".join(len(item).to_bytes(4, "big") + item for item in sorted(Table(made).literals))
    kept = _Kept(
        digest=hashlib.sha256(literals).digest(),
        kinds=made.kinds,
        rows=msgspec.Raw(msgspec.msgpack.encode(made)),
    )
    return msgspec.msgpack.encode(kept)
