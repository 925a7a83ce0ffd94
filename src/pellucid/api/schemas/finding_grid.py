"""Findings as rows of a grid on the wire: which fields, and the same as a table."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from pellucid.api.schemas.components import Component
from pellucid.api.schemas.finding import (
    FindingDependency,
    FindingImage,
    Identifier,
    classifications,
    compliance,
    identifiers,
    references,
)
from pellucid.api.schemas.grid import GridQuery
from pellucid.api.schemas.secret import Secret
from pellucid.api.schemas.vulnerability import Classification, Reference
from pellucid.api.schemas.wire import Time, Wire, rfc3339
from pellucid.domain.finding import FindingStatus, FindingSubtype, FindingType, Predicate
from pellucid.domain.product_finding import Part, ProductFinding
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import ExploitKind
from pellucid.errors import Detail, InvalidRequest
from pellucid.services.crypto_materials import material_of
from pellucid.storage.listings.product_findings import EVERYTHING

# Fields of the contract's query, with the properties of a row that they are where those are called otherwise.
PROPERTIES = {"findingType": "type", "findingSubtype": "subtype", "findingStatus": "status"}
# What a field needs to be loaded; the others lie with the finding itself.
NEEDS: dict[str, Part] = {
    **dict.fromkeys(("images",), Part.IMAGES),
    **dict.fromkeys(("description", "secret"), Part.BODY),
    **dict.fromkeys(("component", "componentId", "componentNames"), Part.COMPONENTS),
    **dict.fromkeys(("imageId", "scanId"), Part.IMAGES),
    **dict.fromkeys(("dependency", "dependencyId", "dependencyComponentsCount"), Part.SOFTWARE),
    **dict.fromkeys(("cryptoAlgorithmName", "cryptoAlgorithmPrimitive"), Part.CRYPTOGRAPHY),
    **dict.fromkeys(("isNistIR8547Compliant", "compliance"), Part.CRYPTOGRAPHY),
    **dict.fromkeys(("classifications", "exploitabilityCounts"), Part.VULNERABILITY),
}
BOTH = frozenset(("identifiers", "references"))
# Columns of a table that nobody chose the fields of.
TABLE = (
    *("id", "productName", "name", "displayName", "findingType", "severity", "findingStatus", "createTime"),
    *("cvssLatestBaseScore", "epssProbability", "emsScore", "ssvcDecision", "isKev", "isKnownRansomwareUse"),
    *("exploitabilityPredicates", "isReachable", "confidence", "hasKnownFix", "knownFixedVersion", "dependency"),
    *("dependencyComponentsCount", "componentNames", "images", "compareSide", "toolName"),
)


class ExploitabilityCounts(Wire):
    ransomware: int
    kev: int
    public_poc: int
    public_exploit: int
    weaponised_exploit: int


class GridFinding(Wire):
    """A row has what was asked for, and always its id."""

    id: str
    product_id: str | None = None
    product_name: str | None = None
    images: list[FindingImage] | None = None
    create_time: Time | None = None
    name: str | None = None
    tool_name: str | None = None
    type: FindingType | None = None
    subtype: FindingSubtype | None = None
    identifiers: list[Identifier] | None = None
    classifications: list[Classification] | None = None
    references: list[Reference] | None = None
    component: Component | None = None
    severity: Severity | None = None
    description: str | None = None
    is_estimated_epss: bool | None = None
    is_reachable: bool | None = None
    has_jira_ticket: bool | None = None
    status: FindingStatus | None = None
    component_name: str | None = None
    component_id: str | None = None
    display_name: str | None = None
    component_names: list[str] | None = None
    is_ssvc_paranoid_decision: bool | None = None
    has_known_fix: bool | None = None
    known_fixed_version: str | None = None
    is_kev: bool | None = None
    is_known_ransomware_use: bool | None = None
    dependency_components_count: int | None = None
    image_id: str | None = None
    scan_id: str | None = None
    dependency_id: str | None = None
    cvss_latest_base_score: float | None = None
    epss_probability: float | None = None
    secret: Secret | None = None
    ssvc_decision: str | None = None
    dependency: FindingDependency | None = None
    crypto_algorithm_name: str | None = None
    crypto_algorithm_primitive: str | None = None
    is_nist_ir_8547_compliant: bool | None = Field(None, alias="isNistIR8547Compliant")
    compliance: list[dict[str, Any]] | None = None
    compare_left_image_id: str | None = None
    compare_right_image_id: str | None = None
    compare_side: str | None = None
    exploitability_predicates: list[Predicate] | None = None
    ems_score: float | None = None
    confidence: float | None = None
    exploitability_counts: ExploitabilityCounts | None = None

    @classmethod
    def of(cls, value: ProductFinding, fields: Sequence[str], compared: dict[str, str]) -> "GridFinding":
        """`fields` empty: all. `compared` are the two images that the query compares, by their fields."""
        every = _properties(value) | compared
        wanted = [PROPERTIES.get(name, name) for name in fields]
        return cls.model_validate({"id": value.id, **{name: every[name] for name in wanted or every if name in every}})


class GridFindings(Wire):
    rows: list[GridFinding]
    total: int


class GridFindingsQuery(GridQuery):
    """`fields`: what rows are to have; all when there is none."""

    fields: list[str] | None = None

    def chosen(self) -> list[str]:
        """InvalidRequest names what is possible."""
        named = list(dict.fromkeys(self.fields or ()))
        for number, name in enumerate(named):
            if name not in POSSIBLE:
                reason = f"{name[:64]!r} is not a field of this grid: {', '.join(POSSIBLE)}"
                field = f"fields.{number}"
                raise InvalidRequest(f"{field}: {reason}.", details=[Detail(reason=reason, field=field)])
        return named

    def compared(self) -> dict[str, str]:
        """The images that are compared."""
        names = ("compareLeftImageId", "compareRightImageId")
        return {item.field: str(item.value) for item in self.filters or () if item.field in names}


def parts_of(fields: Sequence[str]) -> frozenset[Part]:
    """What has to be loaded for these fields."""
    if not fields:
        return frozenset(EVERYTHING)
    needed = {NEEDS[name] for name in fields if name in NEEDS}
    return frozenset(needed | ({Part.BODY, Part.VULNERABILITY} if BOTH & {*fields} else set()))


def _properties(value: ProductFinding) -> dict[str, Any]:
    """By their wire names; what is not known is None."""
    return {
        "productId": value.product_id,
        "productName": value.product_name,
        "createTime": value.create_time,
        "name": value.name,
        "toolName": value.tool,
        "type": value.type,
        "subtype": value.subtype if value.subtype in set(FindingSubtype) else None,
        "identifiers": identifiers(value),
        "classifications": classifications(value),
        "references": references(value),
        "severity": value.severity,
        "description": value.description,
        "isEstimatedEpss": False,
        "isReachable": value.is_reachable,
        "hasJiraTicket": False,
        "status": value.status,
        "displayName": value.title,
        "isSsvcParanoidDecision": False,
        "hasKnownFix": bool(value.known_fixed_version),
        "knownFixedVersion": value.known_fixed_version,
        "isKev": Predicate.KEV in value.predicates,
        "isKnownRansomwareUse": Predicate.RANSOMWARE in value.predicates,
        "cvssLatestBaseScore": value.cvss_score,
        "epssProbability": value.epss,
        "secret": Secret.of(value.secret) if value.secret else None,
        "ssvcDecision": value.ssvc_decision or None,
        "compareSide": value.side or None,
        "exploitabilityPredicates": list(value.predicates),
        "emsScore": value.maturity,
        "confidence": value.confidence,
        "exploitabilityCounts": _counts(value),
        **_seen(value),
        **_cryptography(value),
    }


def _seen(value: ProductFinding) -> dict[str, Any]:
    """Where it is, in the newest image that has it."""
    seen = value.seen
    component = seen.components[0] if seen and seen.components else None
    software = seen.software if seen else None
    return {
        "images": [FindingImage.of(item) for item in value.images],
        "imageId": seen.image_id if seen else None,
        "scanId": seen.scan_id if seen else None,
        "component": Component.of(component) if component else None,
        "componentId": component.id if component else None,
        "componentName": value.component_name,
        "componentNames": list(dict.fromkeys(item.name for item in (seen.components if seen else ()))),
        "dependency": FindingDependency.of(software) if software else None,
        "dependencyId": software.id if software else None,
        "dependencyComponentsCount": software.components if software else 0,
    }


def _cryptography(value: ProductFinding) -> dict[str, Any]:
    """Of the key or certificate that it is about."""
    material = material_of(value.seen.asset) if value.seen and value.seen.asset else None
    return {
        "cryptoAlgorithmName": material.algorithm or None if material else None,
        "cryptoAlgorithmPrimitive": material.primitive or None if material else None,
        "isNistIR8547Compliant": material.is_compliant if material else None,
        "compliance": compliance(value),
    }


def _counts(value: ProductFinding) -> ExploitabilityCounts:
    kinds = [item.kind for item in (value.vulnerability.exploits if value.vulnerability else ())]
    return ExploitabilityCounts(
        ransomware=int(Predicate.RANSOMWARE in value.predicates),
        kev=int(Predicate.KEV in value.predicates),
        public_poc=kinds.count(ExploitKind.POC),
        public_exploit=kinds.count(ExploitKind.EXPLOIT) + kinds.count(ExploitKind.VERIFIED),
        weaponised_exploit=kinds.count(ExploitKind.WEAPONISED),
    )


POSSIBLE = (
    *("id", "productId", "productName", "images", "createTime", "name", "toolName", "findingType", "findingSubtype"),
    *("identifiers", "classifications", "references", "component", "severity", "description", "isEstimatedEpss"),
    *("isReachable", "hasJiraTicket", "findingStatus", "componentName", "componentId", "displayName"),
    *("componentNames", "isSsvcParanoidDecision", "hasKnownFix", "knownFixedVersion", "isKev"),
    *("isKnownRansomwareUse", "dependencyComponentsCount", "imageId", "scanId", "dependencyId"),
    *("referencedArtefactId", "cvssLatestBaseScore", "epssProbability", "secret", "ssvcDecision"),
    *("cryptoAlgorithmName", "cryptoAlgorithmPrimitive", "dependency", "isNistIR8547Compliant"),
    *("cryptoProtocolName", "compareLeftImageId", "compareRightImageId", "compareSide", "compliance"),
    *("exploitabilityPredicates", "emsScore", "confidence", "exploitabilityCounts"),
)


def table_row(value: ProductFinding, fields: Sequence[str]) -> list[str]:
    """One text a field."""
    every = _properties(value) | {"id": value.id}
    return [_cell(every.get(PROPERTIES.get(name, name))) for name in fields]


def _cell(value: Any) -> str:  # noqa: PLR0911 (one line a kind of value)
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return "; ".join(_cell(item) for item in value)
        case FindingImage():
            return f"{value.name} {value.version}"
        case FindingDependency():
            return f"{value.product} {value.version}".strip()
        case Component():
            return "!".join(filter(None, (value.container_path, value.path)))
        case Identifier():
            return value.cve or value.ghsa or value.osv or ""
        case Classification():
            return value.cwe or ""
        case Reference():
            return value.url
        case Secret():
            return f"{value.kind} {value.secret}"
        case ExploitabilityCounts():
            return ", ".join(f"{name} {number}" for name, number in value.model_dump(by_alias=True).items())
    return rfc3339(value) if hasattr(value, "astimezone") else f"{value:g}" if isinstance(value, float) else str(value)
