"""Algorithms as NIST IR 8547 (initial public draft, November 2024) judges them; the tables are nist_ir_8547.toml."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.crypto_compliance import (
    ApprovalStatus,
    ComplianceRecord,
    ComplianceVerdict,
    Recommendation,
    Security,
    SecurityKind,
    Transition,
)
from pellucid.domain.crypto_use import Primitive
from pellucid.formats.crypto_algorithms import Algorithm, Named, Standing, curve, find

HIGHEST = 256
ACCEPTABLE = (Transition(status=ApprovalStatus.ACCEPTABLE),)
# Usages of the key usage extension (RFC 5280, 4.2.1.3).
SIGNS = frozenset({"digitalSignature", "nonRepudiation", "contentCommitment", "keyCertSign", "cRLSign"})
ESTABLISHES = frozenset({"keyEncipherment", "keyAgreement", "dataEncipherment"})
KIND_OF = {
    Primitive.SIGNATURE: SecurityKind.DIGITAL_SIGNATURE,
    Primitive.PKE: SecurityKind.KEY_ESTABLISHMENT,
    Primitive.KEM: SecurityKind.KEY_ESTABLISHMENT,
    Primitive.KEY_AGREE: SecurityKind.KEY_ESTABLISHMENT,
    Primitive.COMBINER: SecurityKind.KEY_ESTABLISHMENT,
    Primitive.BLOCK_CIPHER: SecurityKind.BLOCK_CIPHER,
    Primitive.STREAM_CIPHER: SecurityKind.BLOCK_CIPHER,
    Primitive.AE: SecurityKind.BLOCK_CIPHER,
    Primitive.HASH: SecurityKind.HASH_AND_XOF,
    Primitive.XOF: SecurityKind.HASH_AND_XOF,
}


def record_of(algorithm: str, parameters: str = "", primitive: Primitive | None = None) -> ComplianceRecord:
    """What NIST says of an algorithm, by any of its names, with a size, curve or parameter set.

    `primitive`: what a key of RSA or of a curve is for, where that is known; else it is judged as being for both.
    What is not known by name is not covered.
    """
    named = find(algorithm)
    if named is None:
        return ComplianceRecord(
            algorithm=algorithm, parameter=parameters, verdict=ComplianceVerdict.NOT_COVERED, note="It is not known."
        )
    row, parameter = named.algorithm, _canonical(named, parameters)
    if row.name in _tables()["vulnerable"]:
        return _vulnerable(row, parameter, primitive)
    if row.name in _tables()["resistant"]:
        return _resistant(row, parameter)
    if row.name in _tables()["withdrawn"]:
        return _withdrawn(row, parameter)
    if row.name in _tables()["hashes"]:
        return _accepted(row, parameter, _hash(row.name))
    if row.name in _tables()["approved"] and not _made_of_what_is_broken(parameter):
        return _accepted(row, parameter, None, "The tables give it no strength: it has that of what it is made of.")
    return _unlisted(row, parameter)


def record_of_key(asset: CryptoAsset) -> ComplianceRecord:
    """What NIST says of the key of an asset; one that a certificate allows nothing but signatures is for signatures."""
    parameter = asset.curve or (str(asset.key_bits) if asset.key_bits else "")
    usages = set(asset.usages)
    only_signs = usages & SIGNS and not usages & ESTABLISHES
    return record_of(asset.algorithm, parameter, Primitive.SIGNATURE if only_signs else None)


def _canonical(named: Named, parameters: str) -> str:
    """A parameter by its name in the tables; that of the algorithm's name when none is given."""
    if not parameters:
        return named.parameters
    if found := curve(parameters):
        return found.name
    other = find(parameters)
    return other.parameters or parameters if other and other.algorithm is named.algorithm else parameters


def _vulnerable(row: Algorithm, parameter: str, primitive: Primitive | None) -> ComplianceRecord:
    rule = _tables()["vulnerable"][row.name]
    strength = _strength(rule["size"][row.name], parameter or row.name)
    uses = [SecurityKind(use) for use in rule["uses"]]
    if primitive in KIND_OF and KIND_OF[primitive] in uses:
        uses = [KIND_OF[primitive]]
    # Of an unknown size it is certain only that it ends with the strongest.
    dated = HIGHEST if strength is None else strength
    dates = [item["transitions"] for item in _tables()["dates"] if item["strength"] <= dated]
    return ComplianceRecord(
        algorithm=row.name,
        parameter=parameter,
        verdict=ComplianceVerdict.NOT_COMPLIANT,
        transitions=_transitions(dates[-1]),
        strength=strength or 0,
        recommendations=tuple(item for use in uses for item in _instead(use, strength or 0)),
        quantum_vulnerable=True,
        note="" if strength is not None else "Its size is not known: below 128 bits of security it ends earlier.",
    )


def _resistant(row: Algorithm, parameter: str) -> ComplianceRecord:
    rule = _tables()["resistant"][row.name]
    given = rule.get("sets", {}).get(parameter) or rule.get("whole")
    security = Security(kind=SecurityKind(rule["kind"]), strength=given[0], category=given[1]) if given else None
    return _accepted(row, parameter, security, rule.get("note", ""))


def _withdrawn(row: Algorithm, parameter: str) -> ComplianceRecord:
    rule = _tables()["withdrawn"][row.name]
    uses = [SecurityKind(use) for use in rule.get("uses", ())]
    if "instead" in rule:
        uses = [KIND_OF[row.primitive]]
    strength = (_strength("modulus", parameter) or 0) if row.name == "DSA" else 0
    return ComplianceRecord(
        algorithm=row.name,
        parameter=parameter,
        verdict=ComplianceVerdict.NOT_COMPLIANT,
        transitions=_transitions(rule["transitions"]),
        strength=strength,
        recommendations=tuple(item for use in uses for item in _instead(use, strength)),
        quantum_vulnerable=row.quantum_vulnerable,
        note=rule.get("note", ""),
    )


def _accepted(row: Algorithm, parameter: str, security: Security | None, note: str = "") -> ComplianceRecord:
    return ComplianceRecord(
        algorithm=row.name,
        parameter=parameter,
        verdict=ComplianceVerdict.COMPLIANT,
        transitions=ACCEPTABLE,
        security=security,
        strength=security.strength if security else 0,
        note=note,
    )


def _unlisted(row: Algorithm, parameter: str) -> ComplianceRecord:
    """What NIST has not approved: broken, by today's means or by a quantum computer, or simply not its own."""
    broken = row.quantum_vulnerable or row.standing is Standing.WEAK or _made_of_what_is_broken(parameter)
    kind, size = KIND_OF.get(row.primitive), _tables()["never_approved"].get(row.name, "")
    strength = (_strength(size, parameter or row.name) or 0) if size else 0
    reason = "a quantum computer breaks it" if row.quantum_vulnerable else "it is broken"
    return ComplianceRecord(
        algorithm=row.name,
        parameter=parameter,
        verdict=ComplianceVerdict.NOT_COMPLIANT if broken else ComplianceVerdict.NOT_COVERED,
        strength=strength,
        recommendations=tuple(_instead(kind, strength)) if broken and kind else (),
        quantum_vulnerable=row.quantum_vulnerable,
        note=f"NIST has never approved it, and {reason}." if broken else "NIST has neither approved nor judged it.",
    )


def _made_of_what_is_broken(parameter: str) -> bool:
    """Whether a construction, such as HMAC-MD5, names a weak algorithm."""
    part = find(parameter.removeprefix("HMAC-")) if parameter.startswith("HMAC-") else None
    return part is not None and part.algorithm.standing is Standing.WEAK


def _strength(size: str, parameter: str) -> int | None:
    """In bits, by the size of a modulus or of a curve; None where that is not known."""
    known = curve(parameter) if size == "curve" else None
    bits = known.bits if known else int(parameter) if parameter.isdecimal() and len(parameter) < 6 else None
    if bits is None:
        return None
    reached = [strength for least, strength in _tables()["strengths"][size] if least <= bits]
    return reached[-1] if reached else 0


def _instead(kind: SecurityKind, strength: int) -> Iterator[Recommendation]:
    """The smallest that are enough."""
    rows = _tables()["instead"][kind.value]
    enough = min((most for most, *_ in rows if most >= strength), default=HIGHEST)
    for most, name, parameter in rows:
        if most == enough:
            row = find(name)
            assert row is not None
            security = (
                _hash(name) if kind is SecurityKind.HASH_AND_XOF else _resistant(row.algorithm, parameter).security
            )
            assert security is not None
            yield Recommendation(algorithm=name, parameter=parameter, security=security)


def _hash(name: str) -> Security:
    collision, category, preimage, preimage_category = _tables()["hashes"][name]
    return Security(
        kind=SecurityKind.HASH_AND_XOF,
        strength=collision,
        category=category,
        preimage_strength=preimage,
        preimage_category=preimage_category,
    )


def _transitions(rows: Sequence[Mapping[str, Any]]) -> tuple[Transition, ...]:
    return tuple(Transition(status=ApprovalStatus(row["status"]), year=row["year"]) for row in rows)


@cache
def _tables() -> Mapping[str, Any]:
    text = Path(__file__).with_name("nist_ir_8547.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    by_name = {
        part: {name: rule for rule in read[part] for name in rule["algorithms"]}
        for part in ("vulnerable", "resistant", "withdrawn")
    }
    return read | by_name | {"approved": frozenset(read["approved"]["algorithms"])}
