"""Algorithms and protocols as components of CycloneDX 1.6 and 1.7 (ECMA-424, cryptoProperties)."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pellucid.domain.crypto_use import CryptoUse, Primitive
from pellucid.domain.evidence import Evidence
from pellucid.formats.crypto_algorithms import find
from pellucid.formats.nist_ir_8547 import record_of
from pellucid.reports.cbom_algorithms import Named
from pellucid.reports.cyclonedx_component import properties
from pellucid.reports.schemas import schema

MODES = frozenset(("cbc", "ecb", "ccm", "gcm", "cfb", "ofb", "ctr"))
PROTOCOLS = frozenset(
    ("tls", "ssh", "ipsec", "ike", "sstp", "wpa", "dtls", "quic", "eap-aka", "eap-aka-prime", "prins", "5g-aka")
)
NEW_PROTOCOLS = frozenset(("dtls", "quic", "eap-aka", "eap-aka-prime", "prins", "5g-aka"))
FUNCTIONS: Mapping[Primitive, Sequence[str]] = {
    Primitive.DRBG: ("generate",),
    Primitive.MAC: ("tag",),
    Primitive.BLOCK_CIPHER: ("encrypt", "decrypt"),
    Primitive.STREAM_CIPHER: ("encrypt", "decrypt"),
    Primitive.AE: ("encrypt", "decrypt"),
    Primitive.SIGNATURE: ("sign", "verify"),
    Primitive.HASH: ("digest",),
    Primitive.XOF: ("digest",),
    Primitive.KDF: ("keyderive",),
    Primitive.KEM: ("encapsulate", "decapsulate"),
}
# Of the names of curves that the schema does not end with.
CURVES = {"edwards25519": "ed25519", "edwards448": "ed448"}


def algorithm_component(ref: str, named: Named, version: str) -> dict[str, Any]:
    """An algorithm; without evidence when only keys or signatures are of it."""
    stated: dict[str, Any] = {"primitive": str(named.primitive)}
    if version != "1.6" and (family := _families().get(named.name.lower()) or _families().get(named.family.lower())):
        stated["algorithmFamily"] = family
    if named.parameter_set:
        stated["parameterSetIdentifier"] = named.parameter_set
    if named.curve:
        stated |= _curve(named.curve, version)
    if named.mode:
        stated["mode"] = named.mode.lower() if named.mode.lower() in MODES else "other"
    if functions := FUNCTIONS.get(named.primitive):
        stated["cryptoFunctions"] = list(functions)
    known = named.quantum_vulnerable is not None
    record = record_of(named.name, named.curve or named.parameters, named.primitive)
    if record.strength:
        stated["classicalSecurityLevel"] = record.strength
    if named.quantum_vulnerable or record.security:
        stated["nistQuantumSecurityLevel"] = record.security.category if record.security else 0
    facts = [
        ("mode", named.mode if stated.get("mode") == "other" else ""),
        ("standing", str(named.standing or "")),
        ("quantumVulnerable", str(bool(named.quantum_vulnerable)).lower() if known else ""),
        ("nistIr8547", str(record.verdict) if known and find(named.name) else ""),
        *_confidence(named.sightings),
    ]
    crypto = {"assetType": "algorithm", "algorithmProperties": stated}
    return asset_component(ref, named.label, crypto, facts, [use.evidence for use in named.sightings])


def protocol_component(ref: str, uses: Sequence[CryptoUse], version: str) -> dict[str, Any]:
    """A version of a protocol."""
    first = uses[0]
    kind = first.protocol.lower()
    known = kind in PROTOCOLS and (version != "1.6" or kind not in NEW_PROTOCOLS)
    stated = {"type": kind if known else "other"}
    if first.parameters:
        stated["version"] = first.parameters
    crypto = {"assetType": "protocol", "protocolProperties": stated}
    name = f"{first.protocol} {first.parameters}".strip()
    return asset_component(ref, name, crypto, _confidence(uses), [use.evidence for use in uses])


def asset_component(
    ref: str, name: str, crypto: Mapping[str, Any], facts: Iterable[tuple[str, str]], places: Sequence[Evidence]
) -> dict[str, Any]:
    """What all assets have: facts are properties, and places evidence."""
    component: dict[str, Any] = {"type": "cryptographic-asset", "bom-ref": ref, "name": name}
    component |= properties(facts) | {"cryptoProperties": dict(crypto)}
    if places:
        ordered = sorted(set(places), key=lambda seen: (seen.artefact, seen.offset, seen.seen))
        component["evidence"] = {"occurrences": [_occurrence(seen) for seen in ordered]}
    return component


def _occurrence(seen: Evidence) -> dict[str, Any]:
    place: dict[str, Any] = {"location": seen.artefact, "offset": max(seen.offset, 0)}
    return place | {"additionalContext": seen.seen} if seen.seen else place


def _confidence(uses: Sequence[CryptoUse]) -> list[tuple[str, str]]:
    if not uses:
        return []
    surest = max(uses, key=lambda use: use.confidence)
    return [
        ("confidence", f"{surest.confidence:g}"),
        *(("witness", str(word)) for word in sorted({use.witness for use in uses})),
    ]


def _curve(name: str, version: str) -> dict[str, str]:
    plain = CURVES.get(name.lower(), name.lower())
    if version != "1.6" and (known := _curves().get(plain)):
        return {"ellipticCurve": known}
    return {"curve": name}


@cache
def _families() -> Mapping[str, str]:
    """Names that the schema knows, by themselves in lower case."""
    return {
        name.lower(): name
        for name in schema("cryptography-defs.SNAPSHOT")["definitions"]["algorithmFamiliesEnum"]["enum"]
    }


@cache
def _curves() -> Mapping[str, str]:
    """Curves that the schema knows, by their names without the body that named them; the first of equal ones."""
    found: dict[str, str] = {}
    for name in schema("cryptography-defs.SNAPSHOT")["definitions"]["ellipticCurvesEnum"]["enum"]:
        found.setdefault(name.partition("/")[2].lower(), name)
    return found
