"""Grids on the wire: one kind of query for all, and the rows of each."""

from typing import Any, Literal

from pydantic import Field

from pellucid.api.links import Links
from pellucid.api.schemas.components import Component
from pellucid.api.schemas.users import User
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import file, grid
from pellucid.domain.component_tree import TreeComponent


class FilterItem(Wire):
    """Which comparators there are depends on the field."""

    field: str
    comparator: str = grid.Comparator.EQUALS.value
    value: Any


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
            filters=[
                grid.Filter(field=item.field, comparator=item.comparator, value=item.value)
                for item in self.filters or ()
            ],
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


class GridComponent(Wire):
    component: Component
    product_finding_id: str

    @classmethod
    def of(cls, component: TreeComponent, finding_id: str) -> "GridComponent":
        return cls(component=Component.of(component), product_finding_id=finding_id)


class GridComponents(Wire):
    rows: list[GridComponent]
    total: int
