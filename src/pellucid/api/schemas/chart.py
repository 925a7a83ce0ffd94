"""Charts on the wire: what is counted, and the counts."""

from collections.abc import Sequence
from typing import Literal

from pellucid.api.schemas.grid import FilterItem
from pellucid.api.schemas.wire import Wire
from pellucid.domain import grid
from pellucid.domain.grid import ChartRow, Counting


class Aggregation(Wire):
    kind: Counting = Counting.ALL


class ChartDependenciesQuery(Wire):
    """Everything may be missing: the number of all, then."""

    fields: list[Literal["product", "version", "productId"]] | None = None
    filters: list[FilterItem] | None = None
    aggregation: Aggregation | None = None

    def wanted(self) -> grid.ChartQuery:
        """The same, for services."""
        counting = (self.aggregation or Aggregation()).kind
        return _wanted(self.fields, self.filters, counting)


class ChartDependencyRow(Wire):
    product: str | None = None
    version: str | None = None
    product_id: str | None = None
    value: int


class ChartDependencies(Wire):
    rows: list[ChartDependencyRow]

    @classmethod
    def of(cls, rows: Sequence[ChartRow]) -> "ChartDependencies":
        return cls(rows=[ChartDependencyRow.model_validate({**row.values, "value": row.count}) for row in rows])


class ChartComponentsQuery(Wire):
    """Everything may be missing: the number of all, then."""

    fields: list[Literal["hasFindings"]] | None = None
    filters: list[FilterItem] | None = None

    def wanted(self) -> grid.ChartQuery:
        """The same, for services."""
        return _wanted(self.fields, self.filters, Counting.ALL)


class ChartComponentRow(Wire):
    """`has_findings` is "true" or "false": the contract's type is a text."""

    has_findings: str | None = None
    value: int


class ChartComponents(Wire):
    rows: list[ChartComponentRow]

    @classmethod
    def of(cls, rows: Sequence[ChartRow]) -> "ChartComponents":
        return cls(rows=[ChartComponentRow.model_validate({**row.values, "value": row.count}) for row in rows])


class ChartCryptographicAssetsQuery(Wire):
    """Everything may be missing: the number of all, then."""

    fields: list[Literal["type", "isVulnerable"]] | None = None
    filters: list[FilterItem] | None = None

    def wanted(self) -> grid.ChartQuery:
        """The same, for services."""
        return _wanted(self.fields, self.filters, Counting.ALL)


class ChartCryptographicAssetsRow(Wire):
    type: str | None = None
    is_vulnerable: bool | None = None
    value: int


class ChartCryptographicAssets(Wire):
    rows: list[ChartCryptographicAssetsRow]

    @classmethod
    def of(cls, rows: Sequence[ChartRow]) -> "ChartCryptographicAssets":
        return cls(
            rows=[ChartCryptographicAssetsRow.model_validate({**row.values, "value": row.count}) for row in rows]
        )


def _wanted(fields: Sequence[str] | None, filters: Sequence[FilterItem] | None, counting: Counting) -> grid.ChartQuery:
    return grid.ChartQuery(
        fields=list(dict.fromkeys(fields or ())), filters=[item.wanted() for item in filters or ()], counting=counting
    )
