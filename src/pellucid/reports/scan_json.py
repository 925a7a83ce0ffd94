"""The JSON document of a scan; its published form is docs/reference/scan-result.schema.json (JSON Schema 2020-12)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.finding import Finding, Reason, Silenced
from pellucid.domain.image import ImageCounts
from pellucid.domain.observation import ObservationKind
from pellucid.domain.problem import Problem
from pellucid.domain.scan_result import ScanResult
from pellucid.domain.vulnerability import Vulnerability
from pellucid.reports.scan_software import component, dependency, evidence

DEPENDENCY = ("vendor", "product", "version", "purl")


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
        "findings": [_finding(item) for item in result.findings],
        "silenced": [_silenced(item) for item in result.silenced],
        "problems": [_problem(item) for item in result.problems],
        "timings": {**result.timings, "total": round(result.seconds, 3)},
    }


def _image(result: ScanResult) -> dict[str, Any]:
    return {
        "filename": result.filename,
        "size": result.size,
        "sha256": result.sha256,
        "started": _time(result.started),
        "finished": _time(result.finished),
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
        "notBefore": _time(item.not_before),
        "notAfter": _time(item.not_after),
        "isExpired": item.expired(at),
        "evidence": evidence([sighting.evidence for sighting in sightings]),
    }


def _finding(item: Finding) -> dict[str, Any]:
    return {
        "class": item.class_,
        "type": str(item.type),
        "severity": str(item.severity),
        "name": item.name,
        "title": item.title,
        "description": item.description,
        "identifiers": [{kind: value} for kind, value in item.identifiers],
        "isKev": item.is_kev,
        "cvssScore": item.cvss_score,
        "confidence": item.confidence,
        "risk": item.risk,
        "reachability": item.reachability,
        "isConditional": item.conditional,
        "exploitabilityPredicates": [str(word) for word in item.all_predicates],
        "ssvcDecision": item.ssvc_decision,
        "vulnerability": _vulnerability(item.vulnerability) if item.vulnerability else None,
        "reasons": [_reason(reason) for reason in item.reasons],
        "dependency": dict(zip(DEPENDENCY, item.dependency, strict=True)) if item.dependency else None,
        "knownFixedVersion": item.known_fixed_version,
        "recommendedAction": item.recommended_action,
        "references": list(item.references),
        "evidence": evidence(item.evidence),
    }


def _vulnerability(item: Vulnerability) -> dict[str, Any]:
    """What is known of it; forecasts that there are none of are null, not zero."""
    return {
        "name": item.name,
        "aliases": list(item.aliases),
        "cvssVector": next((rating.vector for rating in item.ratings if rating.vector), ""),
        "epssProbability": item.epss.probability if item.epss else None,
        "emsScore": item.maturity,
        "weaknesses": list(item.weaknesses),
        "published": _time(item.published),
        "lastModified": _time(item.modified),
        "isDisputed": item.disputed,
        "sources": list(item.sources),
    }


def _reason(item: Reason) -> dict[str, Any]:
    return {
        "source": item.source,
        "record": item.record,
        "range": item.range,
        "witness": str(item.witness),
        "confidence": item.confidence,
        "note": item.note,
    }


def _silenced(item: Silenced) -> dict[str, Any]:
    return {
        "vulnerability": item.vulnerability,
        "dependency": dict(zip(DEPENDENCY, item.dependency, strict=True)),
        "kind": str(item.kind),
        "source": item.source,
        "reason": item.reason,
    }


def _problem(item: Problem) -> dict[str, Any]:
    return {"unit": item.unit, "kind": str(item.kind), "artefact": item.artefact, "message": item.message}


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
