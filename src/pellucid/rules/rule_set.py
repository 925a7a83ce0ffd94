"""A set of rules as a scan is given it, and as an analysis process gets it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.domain.problem import Problem
from pellucid.domain.rule_match import RuleMatch
from pellucid.rules.engine import ReadyRules
from pellucid.rules.engines import ENGINES, language_of
from pellucid.rules.rule_file import RuleFile

NUMBER_BITS = 40


class RuleSet(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Files that were checked and have no errors, and the names of those of their rules that are not to be matched.

    `name` says in findings which rules these are, and which version of them.
    """

    name: str
    files: tuple[RuleFile, ...]
    disabled: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Of all that decides what it matches, and what it says then: SHA-256 in hex."""
        engines = sorted(f"{name} {engine.version}" for name, engine in ENGINES.items())
        return hashlib.sha256(msgspec.msgpack.encode((self, engines))).hexdigest()

    @property
    def number(self) -> int:
        """A part of the digest that fits into the state of a unit."""
        return int(self.digest, 16) >> (256 - NUMBER_BITS)

    def __bool__(self) -> bool:
        return any(self.of(name) for name in ENGINES)

    def of(self, language: str) -> Sequence[RuleFile]:
        """The files of one language."""
        return [file for file in self.files if language_of(file.name) == language]


class _Packed(msgspec.Struct, frozen=True):
    rules: RuleSet
    compiled: Mapping[str, bytes]


def packed(rules: RuleSet) -> bytes:
    """Compiled, for `unpacked`."""
    compiled = {
        name: engine.compile(files, rules.disabled) for name, engine in ENGINES.items() if (files := rules.of(name))
    }
    return msgspec.msgpack.encode(_Packed(rules, compiled))


class LoadedRules:
    """A set in the process that matches it."""

    def __init__(self, name: str, parts: Sequence[ReadyRules]) -> None:
        self.name, self._parts = name, parts

    def match(self, artefact: Artefact) -> Iterator[RuleMatch | Problem]:
        """With all engines, one after the other."""
        for part in self._parts:
            yield from part.match(artefact, self.name)


def unpacked(content: bytes) -> LoadedRules:
    """What `packed` made, on this machine, by this version."""
    found = msgspec.msgpack.decode(content, type=_Packed)
    rules = found.rules
    parts = [ENGINES[name].load(part, rules.of(name), rules.disabled) for name, part in found.compiled.items()]
    return LoadedRules(rules.name, parts)
