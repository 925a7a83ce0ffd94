"""Findings of products on the wire: one with its occurrences."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field

from pellucid.api.schemas.components import Component
from pellucid.api.schemas.finding_note import Note
from pellucid.api.schemas.scans import Scan
from pellucid.api.schemas.users import User
from pellucid.api.schemas.vulnerability import Classification, Cvss, CvssMetrics, Ems, Epss, Reference
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import image, product_finding, triage
from pellucid.domain import scan as scans
from pellucid.domain.dependency import Linkage
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import FindingStatus, FindingType, Predicate
from pellucid.domain.severity import Severity
from pellucid.domain.ssvc import decide
from pellucid.domain.vulnerability import Vulnerability
from pellucid.services.crypto_materials import material_of


class FindingImage(Wire):
    """An image that has the finding, without its files and scans."""

    id: str
    name: str
    version: str
    parent: str
    create_time: Time
    author: User
    is_archived: bool

    @classmethod
    def of(cls, value: image.Image) -> "FindingImage":
        return cls(
            id=value.id,
            name=value.name,
            version=value.version,
            parent=value.parent,
            create_time=value.create_time,
            author=User.of(value.author),
            is_archived=value.is_archived,
        )


class Identifier(Wire):
    cve: str | None = None
    ghsa: str | None = None
    osv: str | None = None


class KnownUse(Wire):
    kev: bool | None = None
    known_ransomware_use: bool | None = None


class FindingSsvc(Wire):
    """What is stated of the vulnerability, and what follows from it for this finding."""

    exploitation: str | None = None
    automatable: bool | None = None
    technical_impact: str | None = None
    decision: str | None = None
    paranoid_decision: str | None = Field(None, alias="paranoid_decision")


class FindingDependency(Wire):
    vendor: str
    product: str
    version: str
    license: str
    linkage: Linkage

    @classmethod
    def of(cls, value: product_finding.AffectedSoftware) -> "FindingDependency":
        return cls(
            vendor=value.vendor,
            product=value.product,
            version=value.version,
            license=value.licence,
            linkage=value.linkage,
        )


class SeenEvidence(Wire):
    """`artefacts` say where: path, offset and length; `annotations` what stood there, `attributes` more of it."""

    artefacts: list[dict[str, Any]]
    annotations: list[dict[str, Any]]
    attributes: dict[str, Any]

    @classmethod
    def of(cls, value: Evidence) -> "SeenEvidence":
        return cls(
            artefacts=[{"path": value.artefact, "offset": value.offset, "length": value.length}],
            annotations=[{"seen": value.seen}] if value.seen else [],
            attributes=dict(value.attributes),
        )


class Reached(Wire):
    """How something comes to run: `kind` says how its program does, or "code" that calls within that lead to it."""

    kind: str
    confidence: float | None = None

    @classmethod
    def of(cls, value: product_finding.PlaceOfFinding) -> "list[Reached]":
        """What is known of a place; of its code the surest way, which evidence states for each call."""
        stated = [text for item in value.evidence for name, text in item.attributes if name == "reachability"]
        found = [cls(kind=value.reachability)] if value.reachability else []
        return found + ([cls(kind="code", confidence=max(map(float, stated)))] if stated else [])


class Occurrence(Wire):
    id: str
    scan: Scan
    create_time: Time
    severity: Severity
    reachabilities: list[Reached]
    component: Component
    dependency_components_count: int
    evidence: list[SeenEvidence]
    notes: list[Note]
    fingerprint: str
    dependency: FindingDependency | None
    image_id: str

    @classmethod
    def of(
        cls, value: product_finding.PlaceOfFinding, in_scan: scans.Scan, decision: triage.FindingState | None = None
    ) -> "Occurrence":
        """`decision` is the one that counts; a document that it was taken from is named."""
        software = value.software
        return cls(
            id=value.id,
            scan=Scan.of(in_scan),
            create_time=value.create_time,
            severity=value.severity,
            reachabilities=Reached.of(value),
            component=Component.of(value.component),
            dependency_components_count=software.components if software else 0,
            evidence=[SeenEvidence.of(item) for item in value.evidence],
            notes=Note.of(value.reasons, decision),
            fingerprint=value.fingerprint,
            dependency=FindingDependency.of(software) if software else None,
            image_id=value.image_id,
        )


class Finding(Wire):
    id: str
    class_: str = Field(alias="class")
    name: str
    images: list[FindingImage]
    create_time: Time
    tool_name: str
    severity: Severity
    type: FindingType
    status: FindingStatus
    known_fixed_version: str
    identifiers: list[Identifier]
    classifications: list[Classification]
    predicates: list[KnownUse]
    references: list[Reference]
    compliance: list[dict[str, Any]]
    cvss: Cvss | None
    epss: Epss | None
    ssvc: FindingSsvc | None
    ems: Ems | None
    description: str
    impact: str
    recommended_action: str
    title: str
    occurrences: list[Occurrence]
    has_advisory: bool
    has_vex: bool = Field(alias="hasVEX")
    vulnerability_id: str | None = Field(alias="vulnerability_id")
    confidence: float

    @classmethod
    def of(
        cls, value: product_finding.ProductFinding, occurrences: Iterable[Occurrence] = (), *, has_vex: bool = False
    ) -> "Finding":
        """`has_vex`: a document of the vendor has decided on it."""
        known = value.vulnerability
        return cls(
            id=value.id,
            class_=value.class_,
            name=value.name,
            images=[FindingImage.of(item) for item in value.images],
            create_time=value.create_time,
            tool_name=value.tool,
            severity=value.severity,
            type=value.type,
            status=value.status,
            known_fixed_version=value.known_fixed_version,
            identifiers=identifiers(value),
            classifications=classifications(value),
            predicates=_uses(value.predicates),
            references=references(value),
            compliance=compliance(value),
            cvss=_cvss(value),
            epss=Epss.of(known.epss) if known else None,
            ssvc=_ssvc(known, value.ssvc_decision),
            ems=Ems(score=f"{value.maturity:.1f}") if value.maturity is not None else None,
            description=value.description,
            impact=value.impact or (known.title if known else ""),
            recommended_action=value.recommended_action,
            title=value.title,
            occurrences=list(occurrences),
            has_advisory=False,
            has_vex=has_vex,
            vulnerability_id=value.vulnerability_id or None,
            confidence=value.confidence,
        )


def identifiers(value: product_finding.ProductFinding) -> list[Identifier]:
    """Names that the contract knows: the finding's own first, then other names of its vulnerability."""
    other = value.vulnerability.aliases if value.vulnerability else ()
    names = [name for scheme, name in value.identifiers if scheme in ("cve", "ghsa", "osv", "advisory")]
    return [_identifier(name) for name in dict.fromkeys((*names, *other))]


def _identifier(name: str) -> Identifier:
    if name.startswith("CVE-"):
        return Identifier(cve=name)
    return Identifier(ghsa=name) if name.startswith("GHSA-") else Identifier(osv=name)


def classifications(value: product_finding.ProductFinding) -> list[Classification]:
    """Weaknesses: those of the class of findings, and of the vulnerability."""
    of_vulnerability = value.vulnerability.weaknesses if value.vulnerability else ()
    return [Classification(cwe=item) for item in dict.fromkeys((*value.weaknesses, *of_vulnerability))]


def compliance(value: product_finding.ProductFinding) -> list[dict[str, Any]]:
    """What NIST says of the key or certificate that it is about, in the newest image that has it."""
    asset = value.seen.asset if value.seen else None
    return [{"nistIr8547": record.document()} for record in material_of(asset).records] if asset else []


def references(value: product_finding.ProductFinding) -> list[Reference]:
    """Addresses of the finding with what they are for, where that is known."""
    kinds = {item.url: item.kind for item in (value.vulnerability.references if value.vulnerability else ())}
    urls = dict.fromkeys((*value.references, *kinds))
    return [Reference(description=kinds.get(url, ""), url=url) for url in urls]


def _cvss(value: product_finding.ProductFinding) -> Cvss | None:
    if value.vulnerability is not None:
        return Cvss.of(value.vulnerability.ratings)
    score = value.cvss_score
    return Cvss(cvss_v3=CvssMetrics(version="3.1", base_score=str(score))) if score is not None else None


def _ssvc(known: Vulnerability | None, decision: str) -> FindingSsvc | None:
    if known is None:
        return FindingSsvc(decision=decision) if decision else None
    decided = decide(known.ssvc, known.kev, known.exploits, known.ratings)
    return FindingSsvc(
        exploitation=decided.exploitation or None,
        automatable=decided.automatable,
        technical_impact=decided.technical_impact or None,
        decision=decision or decided.decision,
        paranoid_decision=decided.paranoid,
    )


def _uses(predicates: Sequence[Predicate]) -> list[KnownUse]:
    uses = [KnownUse(kev=True)] if Predicate.KEV in predicates else []
    return uses + ([KnownUse(known_ransomware_use=True)] if Predicate.RANSOMWARE in predicates else [])
