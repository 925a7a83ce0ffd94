"""Findings of products: one, decisions on it, and what became worse."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Query, Request, Response

from pellucid.api import tables
from pellucid.api.dependencies import Caller, Findings
from pellucid.api.parameters import FindingId, ProductId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import finding as schemas
from pellucid.api.schemas import finding_escalation as escalations
from pellucid.api.schemas import finding_state as states
from pellucid.domain import names
from pellucid.domain.finding import Predicate
from pellucid.errors import Detail, InvalidRequest
from pellucid.storage.listings.escalation_list import EscalationQuery

router = ContractRouter()

Score = Annotated[float | None, Query(ge=0, le=10)]
Share = Annotated[float | None, Query(ge=0, le=1)]
MOST_SKIPPED = 1 << 31
VEX = "VEX"


@router.operation("GetFinding")
def get_finding(
    product_id: ProductId,
    finding_id: FindingId,
    caller: Caller,
    findings: Findings,
    image_id: Annotated[str, Query(alias="occurrences.imageId")] = "lastUploaded",
) -> schemas.Finding:
    found = findings.get(caller, product_id, finding_id, image_id=image_id)
    newest = found.states[0] if found.states else None
    places = [schemas.Occurrence.of(place, found.scan, newest) for place in found.places] if found.scan else []
    has_vex = any(state.source.startswith(VEX) for state in found.states)
    return schemas.Finding.of(found.finding, places, has_vex=has_vex)


@router.operation("CreateFindingState")
def create_finding_state(
    product_id: ProductId, finding_id: FindingId, caller: Caller, findings: Findings, body: states.NewFindingState
) -> states.FindingState:
    return states.FindingState.of(findings.set_state(caller, product_id, finding_id, body.status))


def _wanted(
    *,
    skip: Annotated[int, Query(ge=0, le=MOST_SKIPPED)] = 0,
    size: Annotated[int, Query(ge=0, le=1000)] = 30,
    cvss_from: Annotated[Score, Query(alias="cvssFrom")] = None,
    cvss_to: Annotated[Score, Query(alias="cvssTo")] = None,
    epss_from: Annotated[Share, Query(alias="epssProbabilityFrom")] = None,
    epss_to: Annotated[Share, Query(alias="epssProbabilityTo")] = None,
    ems_from: Annotated[Score, Query(alias="emsFrom")] = None,
    ems_to: Annotated[Score, Query(alias="emsTo")] = None,
    has_known_fix: Annotated[bool | None, Query(alias="hasKnownFix")] = None,
    predicates: Annotated[list[str] | None, Query(alias="exploitabilityPredicates")] = None,
    dependency: Annotated[str, Query(alias="dependencyName", max_length=255)] = "",
    is_kev: Annotated[bool | None, Query(alias="isKev")] = None,
    image_id: Annotated[str, Query(alias="imageId")] = "",
    vulnerability: Annotated[str, Query(alias="vulnId", max_length=128)] = "",
    since: Annotated[str, Query(alias="createTimeFrom")] = "",
    until: Annotated[str, Query(alias="createTimeTo")] = "",
) -> EscalationQuery:
    return EscalationQuery(
        cvss=(cvss_from, cvss_to),
        epss=(epss_from, epss_to),
        maturity=(ems_from, ems_to),
        time=(_time(since, "createTimeFrom"), _time(until, "createTimeTo")),
        has_known_fix=has_known_fix,
        is_kev=is_kev,
        predicates=_predicates(predicates or ()),
        dependency=_text(dependency, "dependencyName"),
        vulnerability=_text(vulnerability, "vulnId"),
        image_id=names.resource_id(image_id, "imageId") if image_id else "",
        skip=skip,
        size=size,
    )


@router.operation("ListProductFindingEscalations")
def list_escalations(
    *,
    product_id: ProductId,
    caller: Caller,
    findings: Findings,
    wanted: Annotated[EscalationQuery, Depends(_wanted)],
    request: Request,
    content_type: tables.ContentType = None,
    sort_by: Annotated[str, Query(alias="sortBy", pattern="^createTime$")] = "createTime",  # noqa: ARG001 (the one order)
    with_finding: Annotated[bool, Query(alias="withFinding")] = False,
    with_diff: Annotated[bool, Query(alias="withVulnerabilityDiff")] = False,
) -> Response:
    word = tables.format_of(request, content_type, ("json", "csv", "md", "xml"))
    found = findings.escalations(caller, product_id, wanted)
    about = findings.of_escalations(found) if with_finding or word != "json" else {}
    if word != "json":
        rows = [escalations.table_row(item, about.get(item.finding_id)) for item in found]
        return tables.table(word, "escalations", (*escalations.TABLE, *escalations.OF_FINDING), rows)
    listed = [
        escalations.ProductFindingEscalation.of(item, about.get(item.finding_id), with_diff=with_diff) for item in found
    ]
    return tables.document(escalations.ProductFindingEscalations(escalations=listed))


def _time(text: str, field: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text) if text else None
        return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time and time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _refused(field, "must be a time such as 2026-01-31T12:00:00Z, or a date") from None


def _predicates(given: list[str] | tuple[()]) -> list[Predicate]:
    """One parameter with commas, as the contract has it, or several."""
    words = [word.strip() for text in given for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in set(Predicate)]
    if unknown:
        raise _refused("exploitabilityPredicates", f"{unknown[0][:64]!r} is not one of {', '.join(Predicate)}")
    return [Predicate(word) for word in words]


def _text(text: str, field: str) -> str:
    if not text.isprintable():
        raise _refused(field, "must not contain control characters")
    return text


def _refused(field: str, reason: str) -> InvalidRequest:
    return InvalidRequest(f"{field}: {reason}.", details=[Detail(reason=reason, field=field)])
