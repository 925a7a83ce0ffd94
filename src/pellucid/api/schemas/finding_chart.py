"""Charts of findings on the wire."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from pellucid.api.schemas.grid import FilterItem
from pellucid.api.schemas.wire import Wire
from pellucid.domain import grid
from pellucid.domain.finding import FindingType, Predicate
from pellucid.domain.grid import ChartRow
from pellucid.domain.severity import Severity

FindingField = Literal[
    "productId",
    "productName",
    "severity",
    "toolName",
    "type",
    "date",
    "name",
    "title",
    "age",
    "secret.kind",
    "cryptoAlgorithmName",
    "cryptoProtocolName",
    "isNistIR8547Compliant",
    "exploitabilityPredicates",
]


class FilterSet(Wire):
    filters: list[FilterItem]


class ChartFindingsQuery(Wire):
    """Everything may be missing: the number of all, then. Of `filter_sets` one must hold, besides `filters`."""

    fields: list[FindingField] | None = None
    filters: list[FilterItem] | None = None
    filter_sets: list[FilterSet] | None = Field(None, max_length=20)

    def wanted(self) -> grid.ChartQuery:
        """The same, for services."""
        return grid.ChartQuery(
            fields=list(dict.fromkeys(self.fields or ())),
            filters=[item.wanted() for item in self.filters or ()],
            filter_sets=[[item.wanted() for item in one.filters] for one in self.filter_sets or ()],
        )


class ChartFindingsTrendQuery(Wire):
    """Everything may be missing: the number of open findings today, then."""

    fields: list[Literal["date", "severity"]] | None = None
    filters: list[FilterItem] | None = None

    def wanted(self) -> grid.ChartQuery:
        """The same, for services."""
        fields = list(dict.fromkeys(self.fields or ()))
        return grid.ChartQuery(fields=fields, filters=[item.wanted() for item in self.filters or ()])


class ChartFindingRow(Wire):
    product_id: str | None = None
    product_name: str | None = None
    severity: Severity | None = None
    tool_name: str | None = None
    type: FindingType | None = None
    date: str | None = None
    name: str | None = None
    title: str | None = None
    age: str | None = None
    secret_kind: str | None = Field(None, alias="secret.kind")
    crypto_algorithm_name: str | None = None
    is_nist_ir_8547_compliant: bool | None = Field(None, alias="isNistIR8547Compliant")
    exploitability_predicates: list[Predicate] | None = None
    value: int


class ChartFindings(Wire):
    rows: list[ChartFindingRow]

    @classmethod
    def of(cls, rows: Sequence[ChartRow]) -> "ChartFindings":
        return cls(rows=[ChartFindingRow.model_validate({**row.values, "value": row.count}) for row in rows])


class ChartProvenancesQuery(Wire):
    """Everything may be missing: the number of all findings about dependencies, then."""

    fields: list[Literal["vendor", "product", "vulnerabilitiesCount", "medianEmsScore"]] | None = None
    filters: list[FilterItem] | None = None

    def wanted(self) -> grid.ChartQuery:
        """The same, for services."""
        fields = list(dict.fromkeys(self.fields or ()))
        return grid.ChartQuery(fields=fields, filters=[item.wanted() for item in self.filters or ()])


class ChartProvenanceRow(Wire):
    vendor: str | None = None
    product: str | None = None
    vulnerabilities_count: int | None = None
    median_ems_score: float | None = None
    value: int


class ChartProvenances(Wire):
    rows: list[ChartProvenanceRow]

    @classmethod
    def of(cls, rows: Sequence[ChartRow]) -> "ChartProvenances":
        return cls(rows=[ChartProvenanceRow.model_validate({**row.values, "value": row.count}) for row in rows])
