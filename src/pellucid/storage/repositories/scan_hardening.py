"""Verdicts and observations of a scan: values of rows <-> domain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from pellucid.domain.evidence import Evidence
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.sightings import all_seen, seen_as, sighting
from pellucid.storage.rows.inventory import ScanHardeningRow

CALLS = "calls"


def hardening_values(facts: Iterable[Hardening], numbers: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """Columns of `scan_hardening`."""
    for fact in facts:
        place = numbers.get(fact.evidence.artefact)
        if place is not None:
            checks = [[check.name, check.verdict, check.value, check.reason] for check in fact.checks]
            yield {"place": place, "subject": fact.subject, "name": fact.name, "checks": checks}


def hardening_at(tx: Transaction, scan_id: str, place: int) -> Sequence[Hardening]:
    """The verdicts on what lies at one place of the tree, without the evidence, in the order they were found in."""
    row = ScanHardeningRow
    query = select(row).where(row.scan_id == scan_id, row.place == place).order_by(row.number)
    return [
        Hardening(
            subject=found.subject,
            name=found.name,
            evidence=Evidence(offset=0, seen=""),
            checks=tuple(
                Check(name=name, verdict=Verdict(verdict), value=value, reason=reason)
                for name, verdict, value, reason in found.checks
            ),
        )
        for found in tx.session.scalars(query)
    ]


def observation_values(item: Observation) -> dict[str, Any]:
    """Columns of `scan_observation`: the first sighting is the observation itself, the others are where it is used."""
    seen = [sighting(item.evidence), *map(sighting, item.sites)]
    if item.calls is not None:
        seen[0][CALLS] = item.calls
    return {"kind": item.kind, "name": item.name, "note": item.note, "evidence": seen}


def observation_of(row: Row[Any]) -> Observation:
    """As it was stored."""
    seen, *sites = row.evidence
    return Observation(
        kind=ObservationKind(row.kind),
        name=row.name,
        note=row.note,
        evidence=seen_as({name: value for name, value in seen.items() if name != CALLS}),
        calls=seen.get(CALLS),
        sites=all_seen(sites),
    )
