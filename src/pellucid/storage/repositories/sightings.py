"""Sightings, and what is kept of secrets, as JSON has it <-> domain; most sightings have no attributes to be stored."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from pellucid.domain.evidence import Evidence
from pellucid.domain.secret import Secret, Validity


def sighting(evidence: Evidence) -> dict[str, Any]:
    """One of them, for a JSON column."""
    stored: dict[str, Any] = {
        "offset": evidence.offset,
        "seen": evidence.seen,
        "length": evidence.length,
        "artefact": evidence.artefact,
    }
    return stored | ({"attributes": [list(pair) for pair in evidence.attributes]} if evidence.attributes else {})


def seen_as(stored: Mapping[str, Any]) -> Evidence:
    """As it was stored."""
    attributes = tuple((name, text) for name, text in stored.get("attributes", ()))
    return Evidence(**{**stored, "attributes": attributes})


def all_seen(stored: Iterable[Mapping[str, Any]]) -> tuple[Evidence, ...]:
    """Each of them."""
    return tuple(map(seen_as, stored))


def secret_values(secret: Secret) -> dict[str, Any]:
    """What is kept of a secret; it does not give it away."""
    return asdict(secret) | {"evidence": sighting(secret.evidence)}


def secret_of(stored: Mapping[str, Any]) -> Secret:
    """As it was stored."""
    evidence, validity = seen_as(stored["evidence"]), Validity(stored["validity"])
    return Secret(**{**stored, "evidence": evidence, "validity": validity})
