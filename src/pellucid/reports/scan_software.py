"""Components and dependencies in the JSON document of a scan."""

from collections.abc import Sequence
from typing import Any

from pellucid.domain.component import Component
from pellucid.domain.dependency import Dependency
from pellucid.domain.evidence import Evidence
from pellucid.domain.observation import Observation
from pellucid.domain.place import ScannedArtefact


def component(item: Component, artefact: ScannedArtefact | None, unsafe: Sequence[Observation]) -> dict[str, Any]:
    """A unit of software with its content, which may not be known, and the unsafe functions that it imports."""
    return {
        "path": item.evidence.artefact,
        "name": item.name,
        "kind": str(item.kind),
        "format": item.format,
        "architecture": item.architecture,
        "bits": item.bits,
        "sha256": artefact.sha256 if artefact else "",
        "size": artefact.size if artefact else 0,
        "needed": list(item.needed),
        "interpreter": item.interpreter,
        "reachability": str(item.reachability),
        "unsafeFunctions": [
            {"name": seen.name, "note": seen.note, "calls": seen.calls, "sites": evidence(seen.sites)}
            for seen in unsafe
        ],
    }


def dependency(item: Dependency) -> dict[str, Any]:
    """Third-party software, by what it was recognised and where it is."""
    return {
        "vendor": item.vendor,
        "product": item.product,
        "version": item.version,
        "purl": item.purl,
        "versionRange": item.version_range,
        "cpe": item.cpe,
        "cpeCandidates": list(item.cpe_candidates),
        "licence": item.licence,
        "linkage": str(item.linkage),
        "confidence": item.confidence,
        "witness": str(item.witness),
        "ecosystem": item.ecosystem,
        "distro": item.distro,
        "epoch": item.epoch,
        "release": item.release,
        "sourceName": item.source_name,
        "sourceVersion": item.source_version,
        "places": list(item.places),
        "evidence": evidence(item.evidence),
    }


def evidence(sightings: Sequence[Evidence]) -> list[dict[str, Any]]:
    """Offsets and lengths are in bytes of the artefact."""
    return [
        {"artefact": at.artefact, "offset": at.offset, "length": at.length, "seen": at.seen}
        | ({"attributes": dict(at.attributes)} if at.attributes else {})
        for at in sightings
    ]
