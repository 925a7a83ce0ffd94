"""Reports on the findings of an image, on the wire."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from pellucid.api.schemas.components import Component
from pellucid.api.schemas.finding import Finding
from pellucid.api.schemas.grid import FilterItem, Page, SortItem
from pellucid.api.schemas.secret import Secret
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import grid
from pellucid.domain.finding import FindingStatus, FindingType
from pellucid.domain.product_finding import ProductFinding
from pellucid.domain.severity import Severity
from pellucid.services.finding_reports import ImageReport


class ReportPage(Page):
    size: int = Field(default=10, ge=10, le=100)


class ReportQuery(Wire):
    """Without a page: all findings that the filters let through."""

    filters: list[FilterItem] | None = None
    page: ReportPage | None = None
    sort_by: SortItem | None = None

    def wanted(self) -> grid.GridQuery:
        """The same, for services."""
        page = self.page or ReportPage()
        sort = [self.sort_by] if self.sort_by and self.sort_by.field else []
        return grid.GridQuery(
            filters=[item.wanted() for item in self.filters or ()],
            sort=[grid.Sort(field=item.field or "", descending=item.direction == "descend") for item in sort],
            offset=(page.num - 1) * page.size,
            size=page.size,
        )


class CountBySeverity(Wire):
    critical: int
    high: int
    medium: int
    low: int
    unspecified: int
    total: int

    @classmethod
    def of(cls, counts: Mapping[Severity, int]) -> "CountBySeverity":
        return cls(**{str(item): counts.get(item, 0) for item in Severity}, total=sum(counts.values()))


class ReportFinding(Wire):
    """`finding` is the whole finding, without occurrences; empty in a summary."""

    id: str
    create_time: Time
    name: str
    type: FindingType
    finding: dict[str, Any]
    component: Component
    severity: Severity
    cvss_latest_base_score: float | None
    epss_probability: float | None
    is_estimated_epss: bool = False
    is_reachable: bool
    status: FindingStatus
    display_name: str
    secret: Secret | None
    ssvc_decision: str | None
    is_ssvc_paranoid_decision: bool = False

    @classmethod
    def of(cls, value: ProductFinding, *, full: bool) -> "ReportFinding":
        whole = Finding.of(value).model_dump(mode="json", by_alias=True, exclude_none=True) if full else {}
        return cls(
            id=value.id,
            create_time=value.create_time,
            name=value.name,
            type=value.type,
            finding=whole,
            component=_component(value),
            severity=value.severity,
            cvss_latest_base_score=value.cvss_score,
            epss_probability=value.epss,
            is_reachable=value.is_reachable,
            status=value.status,
            display_name=value.title,
            secret=Secret.of(value.secret) if value.secret else None,
            ssvc_decision=value.ssvc_decision or None,
        )


class ReportImage(Wire):
    id: str
    parent: str
    name: str
    version: str
    create_time: Time
    author_email: str
    findings_by_severity: CountBySeverity
    findings: list[ReportFinding]

    @classmethod
    def of(cls, report: ImageReport, *, full: bool = True) -> "ReportImage":
        image = report.image
        return cls(
            id=image.id,
            parent=image.parent,
            name=image.name,
            version=image.version,
            create_time=image.create_time,
            author_email=image.author.email,
            findings_by_severity=CountBySeverity.of(report.counts),
            findings=[ReportFinding.of(item, full=full) for item in report.findings],
        )


def _component(value: ProductFinding) -> Component:
    """The first place; the image itself when no place was kept."""
    if value.seen and value.seen.components:
        return Component.of(value.seen.components[0])
    id_ = f"{value.seen.scan_id}-0" if value.seen else value.id
    name = value.component_name
    return Component(id=id_, name=name, path=name, container_path=None, kind="", sha256=None, attributes={})
