"""Grids on the wire: one kind of query for all, and the rows of each."""

from typing import Any, Literal

from pydantic import Field

from pellucid.api.links import Links
from pellucid.api.schemas.components import Component
from pellucid.api.schemas.users import User
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import file, grid
from pellucid.domain.component_tree import TreeComponent
from pellucid.domain.dependency import Linkage
from pellucid.domain.severity import Severity
from pellucid.storage.listings.dependency_grid import ListedDependency


class FilterItem(Wire):
    """Which comparators there are depends on the field."""

    field: str
    comparator: str = grid.Comparator.EQUALS.value
    value: Any

    def wanted(self) -> grid.Filter:
        """The same, for services."""
        return grid.Filter(field=self.field, comparator=self.comparator, value=self.value)


class Page(Wire):
    num: int = Field(default=1, ge=1, le=10_000)
    size: int = Field(default=10, ge=0, le=100)


class SortItem(Wire):
    field: str | None = None
    direction: Literal["ascend", "descend"] = "ascend"


class GridQuery(Wire):
    """Everything may be missing: the first ten rows, then."""

    filters: list[FilterItem] | None = None
    page: Page | None = None
    sort_by: SortItem | list[SortItem] | None = None

    def wanted(self) -> grid.GridQuery:
        """The same, for services."""
        page = self.page or Page()
        sort = self.sort_by if isinstance(self.sort_by, list) else [self.sort_by] if self.sort_by else []
        return grid.GridQuery(
            filters=[item.wanted() for item in self.filters or ()],
            sort=[
                grid.Sort(field=item.field, descending=item.direction == "descend")
                for item in sort
                if item.field is not None
            ],
            offset=(page.num - 1) * page.size,
            size=page.size,
        )


class GridFile(Wire):
    id: str
    product_id: str
    image_id: str
    create_time: Time
    author: User
    filename: str
    is_attachment: bool
    download_url: str

    @classmethod
    def of(cls, value: file.File, links: Links) -> "GridFile":
        return cls(
            id=value.id,
            product_id=value.product_id,
            image_id=value.image_id,
            create_time=value.create_time,
            author=User.of(value.author),
            filename=value.filename,
            is_attachment=value.is_attachment,
            download_url=links.download(value),
        )


class GridFiles(Wire):
    rows: list[GridFile]
    total: int


class GridDependency(Wire):
    """`severities_all` and its parts count findings about it in its scan, of any status."""

    id: str
    scan_id: str
    vendor: str
    product: str
    version: str
    license: str
    linkage: Linkage
    components_count: int
    severities_all: int
    severities_critical: int
    severities_high: int
    severities_medium: int
    severities_low: int
    severities_unspecified: int
    has_known_fix: bool
    findings_with_known_fix_all: int

    @classmethod
    def of(cls, value: ListedDependency) -> "GridDependency":
        return cls(
            id=value.id,
            scan_id=value.scan_id,
            vendor=value.vendor,
            product=value.product,
            version=value.version,
            license=value.licence,
            linkage=value.linkage,
            components_count=value.components,
            severities_all=value.findings,
            severities_critical=value.severities[Severity.CRITICAL],
            severities_high=value.severities[Severity.HIGH],
            severities_medium=value.severities[Severity.MEDIUM],
            severities_low=value.severities[Severity.LOW],
            severities_unspecified=value.severities[Severity.UNSPECIFIED],
            has_known_fix=value.fixable > 0,
            findings_with_known_fix_all=value.fixable,
        )


class GridDependencies(Wire):
    rows: list[GridDependency]
    total: int


class GridComponent(Wire):
    component: Component
    product_finding_id: str

    @classmethod
    def of(cls, component: TreeComponent, finding_id: str) -> "GridComponent":
        return cls(component=Component.of(component), product_finding_id=finding_id)


class GridComponents(Wire):
    rows: list[GridComponent]
    total: int
