"""Functions of cryptographic libraries, and which algorithm or protocol each of them does.

The table is crypto_functions.toml.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import msgspec
from msgspec import structs

from pellucid.formats import crypto_algorithms
from pellucid.formats.crypto_algorithms import Algorithm

LONGEST_NAME = 128
BEGINNING = 3
_PLACES = {
    "*": r"\w*",
    "{bits}": r"(?P<bits>\d{2,5})",
    "{mode}": r"(?P<mode>[a-z]{3}\d{0,3})",
    "{set}": r"(?P<set>\d+)",
}
_PLACE = re.compile(r"\*|\{\w+\}")
_MODE = re.compile(r"(?:ecb|cbc|cfb|ofb|ctr|gcm|ccm|xts|ocb|siv|eax|ige)")


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """What a function does: an algorithm, with parameters and mode where its name tells, or a version of a protocol."""

    algorithm: Algorithm | None = None
    parameters: str = ""
    mode: str = ""
    protocol: str = ""


class _Rule(msgspec.Struct, frozen=True):
    name: re.Pattern[str]
    does: Function
    of: tuple[str, ...]


def find(name: str, libraries: Iterable[str] = ()) -> Function | None:
    """What the function `name` does; `libraries` are the sonames of the artefact and of those that it needs."""
    if len(name) > LONGEST_NAME:
        return None
    best: Function | None = None
    for rule in _rules().get(name[:BEGINNING], ()):
        found = rule.name.fullmatch(name)
        if found and (not rule.of or any(library.startswith(rule.of) for library in libraries)):
            told = _told(rule.does, found.groupdict())
            # Of rules that fit, the later one is the narrower one.
            best = told or best
    return best


def _told(does: Function, groups: Mapping[str, str]) -> Function | None:
    """The function with what its name says; None where that is no mode after all."""
    mode = groups.get("mode", "")
    if mode and not (found := _MODE.match(mode)):
        return None
    if mode and found:
        does = structs.replace(does, mode=found[0].upper())
    if "set" in groups and does.algorithm:
        known = crypto_algorithms.find(f"{does.algorithm.name}-{groups['set']}")
        does = structs.replace(does, parameters=known.parameters if known else "")
    return structs.replace(does, parameters=groups["bits"]) if "bits" in groups else does


@cache
def _rules() -> Mapping[str, tuple[_Rule, ...]]:
    text = Path(__file__).with_name("crypto_functions.toml").read_text(encoding="utf-8")
    rules: dict[str, list[_Rule]] = {}
    for library in tomllib.loads(text)["library"]:
        of = tuple(library.get("of", ()))
        for name, algorithm, *mode in library.get("functions", ()):
            named = crypto_algorithms.find(algorithm)
            if named is None:
                raise ValueError(f"{name} does an unknown algorithm: {algorithm}")
            does = Function(algorithm=named.algorithm, parameters=named.parameters, mode="".join(mode))
            rules.setdefault(name[:BEGINNING], []).append(_Rule(_pattern(name), does, of))
        for name, protocol, version in library.get("protocols", ()):
            rules.setdefault(name[:BEGINNING], []).append(
                _Rule(_pattern(name), Function(protocol=protocol, parameters=version), of)
            )
    return {beginning: tuple(found) for beginning, found in rules.items()}


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(lambda place: _PLACES[place[0]], name))
