"""The JSON document of a scan; its published form is docs/reference/scan-result.schema.json (JSON Schema 2020-12)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.image import ImageCounts
from pellucid.domain.observation import ObservationKind
from pellucid.domain.problem import Problem
from pellucid.domain.scan_result import ScanResult
from pellucid.reports.scan_findings import finding, silenced, time
from pellucid.reports.scan_software import component, dependency, evidence


def scan_json(result: ScanResult) -> dict[str, Any]:
    """Everything a scan found, as values that JSON has. Sizes in bytes, times RFC 3339 in UTC, timings in seconds."""
    artefacts = {artefact.path: artefact for artefact in result.artefacts}
    unsafe = defaultdict(list)
    for observation in result.observations:
        if observation.kind is ObservationKind.UNSAFE_FUNCTION:
            unsafe[observation.evidence.artefact].append(observation)
    sightings: dict[tuple[str, str], list[CryptoAsset]] = defaultdict(list)
    for asset in result.crypto_assets:
        sightings[asset.identity].append(asset)
    return {
        "image": _image(result),
        "counts": _counts(result.counts),
        "components": [
            component(item, artefacts.get(item.evidence.artefact), unsafe[item.evidence.artefact])
            for item in result.components
        ],
        "dependencies": [dependency(item) for item in result.dependencies],
        "cryptographicAssets": [_crypto_asset(group, result.started) for group in sightings.values()],
        "findings": [finding(item) for item in result.findings],
        "problems": [_problem(item) for item in result.problems],
        "timings": {**result.timings, "total": round(result.seconds, 3)},
        "silenced": [silenced(item) for item in result.silenced],
    }


def _image(result: ScanResult) -> dict[str, Any]:
    return {
        "filename": result.filename,
        "size": result.size,
        "sha256": result.sha256,
        "started": time(result.started),
        "finished": time(result.finished),
        "artefacts": len(result.artefacts),
        "reused": result.reused,
        "metadata": {path: dict(facts) for path, facts in result.metadata.items()},
    }


def _counts(counts: ImageCounts) -> dict[str, Any]:
    return {
        "newEscalationsCount": counts.new_escalations,
        "dependenciesCount": counts.dependencies,
        "cryptographicAssetsCount": counts.cryptographic_assets,
        "findingTypeCounts": [{"type": str(type_), "count": number} for type_, number in counts.finding_types.items()],
        "kev": counts.kev,
        "expiredCertificatesCount": counts.expired_certificates,
        "unsafeFunctionsCount": counts.unsafe_functions,
    }


def _crypto_asset(sightings: Sequence[CryptoAsset], at: datetime) -> dict[str, Any]:
    item = sightings[0]
    return {
        "kind": str(item.kind),
        "algorithm": item.algorithm,
        "keyBits": item.key_bits,
        "fingerprint": item.fingerprint,
        "encoding": str(item.encoding),
        "encrypted": item.encrypted,
        "subject": item.subject,
        "issuer": item.issuer,
        "serial": item.serial,
        "signatureAlgorithm": item.signature_algorithm,
        "notBefore": time(item.not_before),
        "notAfter": time(item.not_after),
        "isExpired": item.expired(at),
        "evidence": evidence([sighting.evidence for sighting in sightings]),
    }


def _problem(item: Problem) -> dict[str, Any]:
    return {"unit": item.unit, "kind": str(item.kind), "artefact": item.artefact, "message": item.message}
