"""Algorithms and curves by their many names; the table is crypto_algorithms.toml."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from pellucid.domain.crypto_use import Primitive

LONGEST_NAME = 80
_UNCOUNTED = re.compile(r"[\s\-_/.:()]+")


class Standing(StrEnum):
    """What cryptographers think of it, quantum computers left aside."""

    CURRENT = "current"
    DEPRECATED = "deprecated"
    WEAK = "weak"


class Algorithm(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table; what its fields mean stands there."""

    name: str
    primitive: Primitive
    family: str
    quantum_vulnerable: bool = False
    standing: Standing = Standing.CURRENT
    aliases: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    sets: tuple[str, ...] = ()


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """An elliptic curve; `bits` is the size of its field."""

    name: str
    bits: int
    aliases: tuple[str, ...] = ()


class Named(msgspec.Struct, frozen=True):
    """What a name stands for: `parameters` is the size or parameter set that it names ("128", "ML-KEM-768"), or ""."""

    algorithm: Algorithm
    parameters: str = ""


def algorithms() -> tuple[Algorithm, ...]:
    """All of them, in the order of the table."""
    return _tables()[0]


def curves() -> tuple[Curve, ...]:
    """All elliptic curves, in the order of the table."""
    return _tables()[1]


def by_name(name: str) -> Algorithm | None:
    """The algorithm of this canonical name."""
    return _canonical().get(name)


def find(name: str) -> Named | None:
    """What any of its names stands for: "aes256" is AES of 256 bits, "kyber-768" that set of Kyber."""
    return _names().get(_plain(name)) if len(name) <= LONGEST_NAME else None


def curve(name: str) -> Curve | None:
    """The curve of any of its names; case and hyphens do not count."""
    return _curve_names().get(_plain(name)) if len(name) <= LONGEST_NAME else None


def _plain(name: str) -> str:
    return _UNCOUNTED.sub("", name).lower()


@cache
def _tables() -> tuple[tuple[Algorithm, ...], tuple[Curve, ...]]:
    text = Path(__file__).with_name("crypto_algorithms.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    return tuple(map(_algorithm, read["algorithms"])), tuple(map(_curve, read["curves"]))


def _algorithm(row: Mapping[str, Any]) -> Algorithm:
    return Algorithm(
        name=row["name"],
        primitive=Primitive(row["primitive"]),
        family=row.get("family", row["name"]),
        quantum_vulnerable=row.get("quantum", False),
        standing=Standing(row.get("standing", "current")),
        aliases=tuple(row.get("aliases", ())),
        sizes=tuple(row.get("sizes", ())),
        sets=tuple(row.get("sets", ())),
    )


def _curve(row: Mapping[str, Any]) -> Curve:
    return Curve(name=row["name"], bits=row["bits"], aliases=tuple(row.get("aliases", ())))


@cache
def _canonical() -> Mapping[str, Algorithm]:
    return {row.name: row for row in algorithms()}


@cache
def _names() -> Mapping[str, Named]:
    found: dict[str, Named] = {}
    for row in algorithms():
        found |= dict(_names_of(row))
    # An algorithm of its own goes before a size of another one: SHA3-256 is not SHA-3 with a key.
    for row in algorithms():
        found |= {_plain(name): Named(row) for name in (row.name, *row.aliases)}
    return found


def _names_of(row: Algorithm) -> Iterator[tuple[str, Named]]:
    for size in row.sizes:
        for name in (row.name, *row.aliases):
            yield _plain(f"{name}{size}"), Named(row, str(size))
    for name in row.sets:
        yield _plain(name), Named(row, name)


@cache
def _curve_names() -> Mapping[str, Curve]:
    return {_plain(name): row for row in curves() for name in (row.name, *row.aliases)}
