"""Keys, certificates, algorithms and protocols of a scan: values of rows <-> domain."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Protocol, TypeVar

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.crypto_use import CryptoUse, Primitive, UseWitness
from pellucid.reports.key_compliance import is_compliant, label_of, records_of
from pellucid.storage.repositories.scan_places import NUL
from pellucid.storage.repositories.sightings import seen_as, sighting
from pellucid.storage.rows.crypto import ScanCryptoAssetRow, ScanCryptoUseRow

TIMES = ("not_before", "not_after")
LISTS = ("usages", "names")
ALGORITHM_NAME, COMPLIANT = "algorithm_name", "is_nist_ir_8547_compliant"
FIELDS = frozenset(item.name for item in fields(CryptoAsset))


class _Identified(Protocol):
    @property
    def identity(self) -> tuple[str, ...]: ...


Fact = TypeVar("Fact", bound=_Identified)


def asset_values(assets: Sequence[CryptoAsset]) -> Iterator[dict[str, Any]]:
    """Columns of `scan_crypto_asset`: one row an identity, with every place it was seen in."""
    for group in _grouped(assets):
        first = group[0]
        yield {
            "kind": first.kind,
            "algorithm": first.algorithm,
            "fingerprint": first.fingerprint,
            "not_after": first.not_after,
            "asset": _stated(first) | _judged(first),
            "evidence": [sighting(item.evidence) for item in group],
        }


def asset_places(assets: Sequence[CryptoAsset], numbers: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """Columns of `crypto_asset_place`; assets are numbered as `asset_values` gives them."""
    for asset, group in enumerate(_grouped(assets)):
        paths = {item.evidence.artefact for item in group}
        for place in sorted({numbers[path] for path in paths if path in numbers}):
            yield {"asset": asset, "place": place}


def use_values(uses: Sequence[CryptoUse]) -> Iterator[dict[str, Any]]:
    """Columns of `scan_crypto_use`: one row an identity, with every place it was seen in."""
    for group in _grouped(uses):
        first = group[0]
        yield {
            "algorithm": first.algorithm,
            "protocol": first.protocol,
            "parameters": first.parameters,
            "mode": first.mode,
            "primitive": first.primitive,
            "sightings": [
                {"witness": item.witness, "confidence": item.confidence, **sighting(item.evidence)} for item in group
            ],
        }


def assets_of(row: ScanCryptoAssetRow) -> Iterator[CryptoAsset]:
    """As they were stored, one for each place; what differed from place to place is that of the first."""
    stated = {name: value for name, value in row.asset.items() if name in FIELDS}
    stated["kind"], stated["encoding"] = CryptoKind(row.kind), Encoding(stated["encoding"])
    for name in TIMES:
        stated[name] = datetime.fromisoformat(stated[name]) if stated.get(name) else None
    for name in LISTS:
        stated[name] = tuple(stated.get(name, ()))
    for seen in row.evidence:
        yield CryptoAsset(**stated, evidence=seen_as(seen))


def uses_of(row: ScanCryptoUseRow) -> Iterator[CryptoUse]:
    """As they were stored, one for each place."""
    for seen in row.sightings:
        where = {name: seen[name] for name in ("artefact", "offset", "length", "seen")}
        yield CryptoUse(
            witness=UseWitness(seen["witness"]),
            confidence=seen["confidence"],
            evidence=seen_as(where),
            algorithm=row.algorithm,
            protocol=row.protocol,
            parameters=row.parameters,
            mode=row.mode,
            primitive=Primitive(row.primitive),
        )


def _grouped(facts: Iterable[Fact]) -> Iterable[list[Fact]]:
    same: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
    for fact in facts:
        same[fact.identity].append(fact)
    return same.values()


def _stated(asset: CryptoAsset) -> dict[str, Any]:
    """Every field but the evidence, as JSON has it."""
    values = asdict(asset)
    del values["evidence"]
    return {name: _stored(value) for name, value in values.items()}


def _judged(asset: CryptoAsset) -> dict[str, Any]:
    """What findings about it are filtered and grouped by; it follows from the other fields."""
    return {ALGORITHM_NAME: label_of(asset) or None, COMPLIANT: is_compliant(records_of(asset))}


def _stored(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_stored(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    # Names in certificates may be anything; queries look into this JSON, and no text of PostgreSQL holds these.
    return value.replace("\0", NUL).encode("utf-8", "replace").decode() if isinstance(value, str) else value
