"""Statements of feeds, by hand, and an index of them in memory."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pellucid.domain.listed_key import KeyHash, KeyList
from pellucid.domain.severity import Severity
from pellucid.domain.statement import Affected, Standing, Statement, Subject
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import Vulnerability

KNOWN = datetime(2025, 1, 1, tzinfo=UTC)
ASKED = datetime(2025, 6, 1, tzinfo=UTC)


class KeysKnown:
    """`KeyLists` that are loaded and have these keys."""

    def __init__(self, listed: Mapping[KeyHash, KeyList], *, loaded: Collection[str] = ("badkeys",)) -> None:
        self.loaded = frozenset(loaded)
        self._listed = listed
        self.calls = 0

    def lists_of(self, hashes: Collection[KeyHash]) -> Mapping[KeyHash, KeyList]:
        self.calls += 1
        return {item: self._listed[item] for item in hashes if item in self._listed}


class Statements:
    """A `StatementIndex` of what is given; `calls` is how often it was asked.

    What is said of a vulnerability that is not among `known` is of high severity and from before `ASKED`, when all
    publishers were last asked. `key_lists` are loaded, and empty unless they are given. `more` are ecosystems that are
    covered though nothing is said of them here.
    """

    def __init__(
        self,
        *said: Statement,
        known: Collection[Vulnerability] = (),
        more: Collection[str] = (),
        as_of: datetime | None = ASKED,
        key_lists: KeysKnown | None = None,
    ) -> None:
        self.key_lists = key_lists or KeysKnown({})
        self._said: dict[Subject, list[Statement]] = defaultdict(list)
        for item in said:
            self._said[item.affected.subject].append(item)
        self._known = {item.name: item for item in known}
        self._names = {item.vulnerability for item in said}
        self._as_of = as_of
        self.ecosystems = frozenset((*(subject[0] for subject in self._said), *more))
        self.calls = {"about": 0, "vulnerabilities": 0}

    def about(self, subjects: Collection[Subject]) -> Mapping[Subject, Sequence[Statement]]:
        self.calls["about"] += 1
        return {subject: self._said[subject] for subject in subjects if subject in self._said}

    def vulnerabilities(self, names: Collection[str]) -> Mapping[str, Vulnerability]:
        self.calls["vulnerabilities"] += 1
        return {name: self._known.get(name) or known(name) for name in names if name in self._names}

    def as_of(self, ecosystem: str) -> datetime | None:
        return self._as_of if ecosystem in self.ecosystems else None


def known(name: str, **more: Any) -> Vulnerability:
    values: dict[str, Any] = {
        "description": "It breaks.",
        "severity": Severity.HIGH,
        "score": 7.5,
        "published": KNOWN,
    } | more
    return Vulnerability(name=name, **values)


def said(name: str, subject: Subject, *ranges: VersionRange, id_: str = "", source: str = "", **more: Any) -> Statement:
    """A statement about the vulnerability `name`; without ranges and `versions` in `more`, nothing can be concluded."""
    usual = "nvd" if subject[0].startswith(("cpe", "name")) else f"osv/{subject[0].partition(':')[0]}"
    affected = Affected(subject=subject, ranges=ranges, **more)
    return Statement(source=source or usual, id=id_ or name, vulnerability=name, affected=affected)


def cpe(name: str, product: str, *ranges: VersionRange, part: str = "a", **more: Any) -> Statement:
    """What NVD says of "vendor:product"."""
    return said(name, (f"cpe:{part}", product), *ranges, **more)


def debian(name: str, package: str, *ranges: VersionRange, release: str = "Debian:12", **more: Any) -> Statement:
    """What Debian's tracker says."""
    return said(name, (release, package), *ranges, source=more.pop("source", "debian"), **more)


def never(name: str, package: str, release: str = "Debian:12", **more: Any) -> Statement:
    """A distribution's word that its build does not have it."""
    spared: dict[str, Any] = {"standing": Standing.NOT_AFFECTED, "any_version": True}
    return said(name, (release, package), source=release.partition(":")[0].lower(), **spared | more)


def below(fixed: str, introduced: str = "") -> VersionRange:
    return VersionRange(introduced=introduced, fixed=fixed)


def upto(last: str, introduced: str = "") -> VersionRange:
    return VersionRange(introduced=introduced, last_affected=last)


EVERY = VersionRange()


def of(statement: Statement, **more: Any) -> Statement:
    """The same about other versions, or with other words."""
    return replace(statement, affected=replace(statement.affected, **more))
