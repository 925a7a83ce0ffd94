"""Weak algorithms and protocols that somebody has switched on."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pellucid.analysis.finding_key import finding_key
from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.crypto_use import CryptoUse, Primitive, UseWitness
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.formats.crypto_algorithms import Standing, by_name
from pellucid.formats.nist_ir_8547 import record_of
from pellucid.matchers.classes import classes
from pellucid.matchers.crypto.judgement import TYPE

NAME = "weak_crypto_settings"
ENOUGH_BITS = 112


@dataclass(frozen=True, kw_only=True)
class Weakness:
    """What is wrong with a setting."""

    severity: Severity
    why: str
    instead: str


@matcher(name=NAME, version=1)
def weak_crypto_settings(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each weak or deprecated algorithm, and each withdrawn version of a protocol, that a configuration offers.

    Each once, with all places. That a library can do it is no finding: somebody has to have switched it on.
    """
    offered: dict[tuple[str, str, str], list[CryptoUse]] = {}
    for use in inventory.crypto_uses:
        if use.witness is UseWitness.CONFIGURATION:
            offered.setdefault((use.algorithm, use.protocol, use.parameters), []).append(use)
    for identity, uses in offered.items():
        weakness = weakness_of(uses[0])
        if weakness is None:
            continue
        called = name_of(uses[0])
        of = classes()[f"crypto/{'protocol' if uses[0].protocol else 'algorithm'}/weak-offered"]
        yield Finding(
            key=finding_key(NAME, TYPE, *identity),
            class_=of.id,
            type=TYPE,
            subtype=of.subtype,
            severity=weakness.severity,
            name=of.title,
            title=f"A configuration offers {called}",
            description=f"A configuration in the image offers {called}: {weakness.why}.",
            evidence=tuple(dict.fromkeys(use.evidence for use in uses)),
            recommended_action=f"Switch {called} off"
            + (f", and offer {weakness.instead} instead." if weakness.instead else "."),
            impact=of.impact,
            weaknesses=of.weaknesses,
            confidence=max(use.confidence for use in uses),
        )


def name_of(use: CryptoUse) -> str:
    """As people write it: SSL 3.0, DH 1024, HMAC-MD5."""
    name = use.protocol or use.algorithm
    return use.parameters if use.parameters.startswith(name) else f"{name} {use.parameters}".rstrip()


def weakness_of(use: CryptoUse) -> Weakness | None:
    """What is wrong with a setting, None when nothing is."""
    if use.protocol:
        versions = _protocols().get(use.protocol, {})
        return versions.get(use.parameters) or versions.get("")
    row = by_name(use.algorithm)
    if row is None:
        return None
    record = record_of(use.algorithm, use.parameters)
    instead = record.recommendations[0].algorithm if record.recommendations else ""
    made_of_weak = row.primitive is Primitive.MAC and record.is_compliant is False
    if row.standing is Standing.WEAK or made_of_weak:
        return Weakness(severity=Severity.MEDIUM, why="it is broken, or its keys are too short", instead=instead)
    if use.parameters and record.transitions and record.quantum_vulnerable and record.strength < ENOUGH_BITS:
        why = f"keys of this size have less than {ENOUGH_BITS} bits of security"
        return Weakness(severity=Severity.MEDIUM, why=why, instead="larger ones")
    if row.standing is Standing.DEPRECATED:
        return Weakness(severity=Severity.LOW, why="it is deprecated", instead=instead)
    return None


@cache
def _protocols() -> dict[str, dict[str, Weakness]]:
    """Weaknesses by name and version; version "" is any."""
    text = Path(__file__).with_name("weak_protocols.toml").read_text(encoding="utf-8")
    return {
        row["name"]: {
            version: Weakness(severity=Severity(row["severity"]), why=row["why"], instead=row["instead"])
            for version in row.get("versions", [""])
        }
        for row in tomllib.loads(text)["protocol"]
    }
