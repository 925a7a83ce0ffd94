"""The JSON document of a scan; its published form is docs/reference/scan-result.schema.json (JSON Schema 2020-12)."""

from collections import defaultdict
from typing import Any

from pellucid.domain.image import ImageCounts
from pellucid.domain.observation import ObservationKind
from pellucid.domain.problem import Problem
from pellucid.domain.scan_result import ScanResult
from pellucid.reports.scan_crypto import crypto_assets, crypto_uses
from pellucid.reports.scan_findings import finding, silenced, time
from pellucid.reports.scan_hardening import hardening, rule_match, secret
from pellucid.reports.scan_software import component, dependency


def scan_json(result: ScanResult) -> dict[str, Any]:
    """Everything a scan found, as values that JSON has. Sizes in bytes, times RFC 3339 in UTC, timings in seconds."""
    artefacts = {artefact.path: artefact for artefact in result.artefacts}
    unsafe = defaultdict(list)
    for observation in result.observations:
        if observation.kind is ObservationKind.UNSAFE_FUNCTION:
            unsafe[observation.evidence.artefact].append(observation)
    return {
        "image": _image(result),
        "counts": _counts(result.counts),
        "components": [
            component(item, artefacts.get(item.evidence.artefact), unsafe[item.evidence.artefact])
            for item in result.components
        ],
        "dependencies": [dependency(item) for item in result.dependencies],
        "cryptographicAssets": crypto_assets(result.crypto_assets, result.started),
        "findings": [finding(item) for item in result.findings],
        "problems": [_problem(item) for item in result.problems],
        "timings": {**result.timings, "total": round(result.seconds, 3)},
        "silenced": [silenced(item) for item in result.silenced],
        "cryptographicUses": crypto_uses(result.crypto_uses),
        "hardening": [hardening(item) for item in result.hardening],
        "secrets": [secret(item) for item in result.secrets],
        "ruleMatches": [rule_match(item) for item in result.rule_matches],
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


def _problem(item: Problem) -> dict[str, Any]:
    return {"unit": item.unit, "kind": str(item.kind), "artefact": item.artefact, "message": item.message}
