"""From sightings of a product to the dependency that they show."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.sightings import Sighting, mark
from pellucid.analyzers.signatures import Signature
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.evidence import Evidence
from pellucid.formats import cpe, version_order
from pellucid.formats.purl import package_url

MOST_EVIDENCE = 4
BY_STRING, BY_SONAME, BY_MARKS, BY_CONSTANTS = 0.9, 0.8, 0.6, 0.5


class _Found(NamedTuple):
    """What was seen, and how far it is to be believed."""

    evidence: Sequence[Evidence]
    confidence: float
    witness: Witness
    linkage: Linkage


def with_version(signature: Signature, version: str, places: Sequence[Sighting], usual: Linkage) -> Dependency:
    """The bytes state the version, or hold what only this version has."""
    evidence = list(dict.fromkeys(sighting.evidence for sighting in places))
    by_constants = all(sighting.constant for sighting in places)
    guess = BY_CONSTANTS if by_constants else BY_STRING
    confidence = max(sighting.rule.confidence or guess for sighting in places)
    witness = Witness.CONSTANTS if by_constants else Witness.VERSION_STRING
    found = _Found(evidence, confidence, witness, _linkage(places, usual))
    return _dependency(signature, version, found)


def without_version(
    artefact: Artefact, signature: Signature, places: Sequence[Sighting], *, soname: str, usual: Linkage
) -> Dependency:
    """The product is there; `soname` is not empty where the file says by it that it is the product.

    Its version lies between what came with one and what is missing.
    """
    evidence = [sighting.evidence for sighting in places]
    by_constants = bool(places) and all(sighting.constant for sighting in places)
    guess = BY_CONSTANTS if by_constants else BY_MARKS
    confidence = max((sighting.rule.confidence or guess for sighting in places), default=0.0)
    if soname:
        at = max(artefact.data.find(soname.encode()), 0)
        evidence = [artefact.evidence(at, soname), *evidence]
        confidence, by_constants = max(confidence, BY_SONAME), False
    linkage = _linkage(places, usual)
    witness = Witness.CONSTANTS if by_constants else Witness.SYMBOLS
    # Each library of a product has its own symbols: those that are listed are in the first.
    whole = linkage is Linkage.DIRECT and (not signature.sonames or soname.startswith(signature.sonames[0]))
    bounds = version_bounds(artefact, signature, whole=whole)
    return _dependency(signature, "", _Found(evidence, confidence, witness, linkage), bounds)


def version_bounds(artefact: Artefact, signature: Signature, *, whole: bool) -> str:
    """As a version range. What is missing tells nothing where the product's code may not be `whole`."""
    order = version_order.comparator(signature.order)
    seen = [item.version for item in signature.since if any(artefact.offsets(mark(text)) for text in item.marks)]
    least = version_order.latest(seen, order) if seen else ""
    missing = [item.version for item in signature.since if item.version not in seen]
    above = [version for version in missing if whole and (not least or order(version, least) > 0)]
    parts = [f">={least}"] if least else []
    if above:
        parts.append(f"<{version_order.latest(above, lambda left, right: order(right, left))}")
    return f"vers:generic/{'|'.join(parts)}" if parts else ""


def licence_of(signature: Signature, version: str) -> str:
    """The licence of a version; of an unknown one, that of today's."""
    earlier = signature.licence_before
    order = version_order.comparator(signature.order)
    return earlier.licence if earlier and version and order(version, earlier.version) < 0 else signature.licence


def _linkage(places: Sequence[Sighting], usual: Linkage) -> Linkage:
    return next((sighting.rule.linkage for sighting in places if sighting.rule.linkage), usual)


def _dependency(signature: Signature, version: str, found: _Found, bounds: str = "") -> Dependency:
    place, _, name = signature.purl.removeprefix("pkg:").rpartition("/")
    names = [cpe.name(product, version) for product in signature.cpe]
    return Dependency(
        vendor=signature.vendor,
        product=signature.product,
        version=version,
        purl=package_url(place, unquote(name), version),
        cpe=names[0] if names else "",
        cpe_candidates=tuple(names[1:]),
        licence=licence_of(signature, version),
        linkage=found.linkage,
        witness=found.witness,
        confidence=found.confidence,
        evidence=tuple(found.evidence[:MOST_EVIDENCE]),
        version_range=bounds,
        aliases=signature.packages,
        name_version="" if version else "\n".join(signature.files),
    )
