"""Directives of systemd that list what a service keeps, or what is taken from it: capabilities, system calls, ..."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from pellucid.analyzers.unit_parts import Part, weights, words
from pellucid.formats.systemd_unit import SWITCHES, Unit

DEEPEST = 4
Meaning = Callable[[str], set[str]]


def listed(unit: Unit) -> Iterator[Part]:
    """All parts of all lists."""
    yield from _capabilities(unit)
    yield from _namespaces(unit)
    yield from _families(unit)
    yield from _system_calls(unit)


def _capabilities(unit: Unit) -> Iterator[Part]:
    every = {name for row in weights()["capabilities"].values() for name in row["of"]}
    left = _chosen(
        unit.service.get("CapabilityBoundingSet", []), every, lambda word: {word.upper().removeprefix("CAP_")}
    )
    for directive, taken in weights()["taken"].items():
        if unit.is_on(directive):
            left = left - set(taken)
    for name, row in weights()["capabilities"].items():
        yield Part("CapabilityBoundingSet", int(not left.isdisjoint(row["of"])), row["weight"], part=f"CAP_{name}")


def _chosen(values: Sequence[str], every: set[str], meaning: Meaning, first: set[str] | None = None) -> set[str]:
    """What lists leave of `every`: the first one says what is left, or with "~" what is taken."""
    left = first
    for value in values:
        named = {each for word in value.removeprefix("~").split() for each in meaning(word)}
        left = (every if left is None else left) - named if value.startswith("~") else (left or set()) | named
    return set(every) if left is None else left


def _namespaces(unit: Unit) -> Iterator[Part]:
    every = set(weights()["namespaces"])
    values = unit.service.get("RestrictNamespaces", [])
    first: set[str] | None = None
    switch = next((number for number in reversed(range(len(values))) if values[number].lower() in SWITCHES), None)
    if switch is not None:
        # A switch takes back what was said before.
        first = set() if SWITCHES[values[switch].lower()] else set(every)
        values = values[switch + 1 :]
    left = _chosen(values, every, lambda word: {word}, first)
    for name, weight in weights()["namespaces"].items():
        yield Part("RestrictNamespaces", int(name in left), weight, part=name)


def _families(unit: Unit) -> Iterator[Part]:
    allowing, families = _filter(unit, "RestrictAddressFamilies", lambda word: set() if word == "none" else {word})
    known = {name for row in weights()["families"].values() for name in row["of"]}
    for name, row in weights()["families"].items():
        named = families.intersection(row["of"]) if row["of"] else families - known
        bad = bool(named) if allowing else not row["of"] or not named
        yield Part("RestrictAddressFamilies", int(bad), row["weight"], part=name)


def _system_calls(unit: Unit) -> Iterator[Part]:
    kinds = set(words(unit, "SystemCallArchitectures"))
    yield Part("SystemCallArchitectures", 10 if not kinds else 0 if kinds == {"native"} else 8, 1000, 10)
    allowing, calls = _filter(unit, "SystemCallFilter", _calls)
    for name, weight in weights()["calls"].items():
        of = _calls(f"@{name}")
        badness = 9 * (not calls.isdisjoint(of)) if allowing else 10 * (not of <= calls)
        yield Part("SystemCallFilter", badness, weight, 10, part=f"@{name}")


def _filter(unit: Unit, directive: str, meaning: Meaning) -> tuple[bool, set[str]]:
    """Whether a list allows, and what it holds; without one, nothing is denied. The first line says which it is."""
    values = unit.service.get(directive, [])
    # "none" takes back what was said before, and allows nothing.
    values = values[max((number for number, value in enumerate(values) if value == "none"), default=0) :]
    allowing, held = bool(values) and not values[0].startswith("~"), set[str]()
    for value in values:
        named = {each for word in value.removeprefix("~").split() for each in meaning(word)}
        held = held | named if value.startswith("~") != allowing else held - named
    return allowing, held


def _calls(word: str, depth: int = DEEPEST) -> set[str]:
    """The system calls that a word stands for; what they are answered with does not matter."""
    name = word.partition(":")[0]
    if not name.startswith("@"):
        return {name}
    held = _sets().get(name, ())
    return {call for each in held for call in (_calls(each, depth - 1) if depth else ())}


@cache
def _sets() -> Mapping[str, tuple[str, ...]]:
    text = Path(__file__).with_name("system_call_sets.toml").read_text(encoding="utf-8")
    return {name: tuple(calls.split()) for name, calls in tomllib.loads(text).items()}
