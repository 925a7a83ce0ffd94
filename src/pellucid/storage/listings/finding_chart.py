"""Findings counted for charts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, null, or_, select

from pellucid.domain.access import Scope
from pellucid.domain.grid import ChartQuery, ChartRow, GridQuery
from pellucid.storage.database import Transaction
from pellucid.storage.listings.findings import ASSET, FINDING, KEY_ALGORITHM, KEY_COMPLIANT, OF_SECRET, findings_of
from pellucid.storage.listings.grid import Query
from pellucid.storage.repositories.finding_values import predicates_of
from pellucid.storage.rows.finding import OccurrenceCryptoAssetRow
from pellucid.storage.rows.product import ProductRow

# Days since a finding was made, at most.
AGES = {7: "0-7", 30: "8-30", 90: "31-90", 365: "91-365"}
OLDER = "366+"
PREDICATES = "exploitabilityPredicates"


def _of_key(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Of the key or certificate that a finding is about, in the newest of its scans; null when it is about none."""
    about = OccurrenceCryptoAssetRow
    at = (ASSET.scan_id == about.scan_id) & (ASSET.number == about.asset)
    first = select(value).select_from(about).join(ASSET, at).where(about.finding_id == FINDING.id)
    return first.order_by(about.scan_id.desc(), about.asset).limit(1).correlate(FINDING).scalar_subquery()


GROUPS: Mapping[str, Any] = {
    "productId": FINDING.product_id,
    "productName": ProductRow.name,
    "severity": FINDING.severity,
    "toolName": FINDING.tool,
    "type": FINDING.type,
    "date": FINDING.day,
    "name": FINDING.name,
    "title": FINDING.title,
    "secret.kind": OF_SECRET,
    PREDICATES: FINDING.predicates,
    "cryptoAlgorithmName": _of_key(KEY_ALGORITHM),
    "isNistIR8547Compliant": _of_key(KEY_COMPLIANT),
}


def finding_chart(tx: Transaction, scope: Scope, wanted: ChartQuery, *, most: int) -> Sequence[ChartRow]:
    """The `most` groups that count most, largest first; of equal ones in the order of their values.

    Protocols of cryptography are not known of findings: all of them are one group.
    """
    query = chosen(tx, scope, wanted)
    groups = [_group(name).label(f"group_{number}") for number, name in enumerate(wanted.fields)]
    if "productName" in wanted.fields:
        query = query.join(ProductRow, ProductRow.id == FINDING.product_id)
    counted = query.with_only_columns(*groups, FINDING.id, maintain_column_froms=True).subquery()
    columns = [counted.c[f"group_{number}"] for number in range(len(groups))]
    rows = select(func.count(), *columns).select_from(counted).group_by(*columns)
    rows = rows.order_by(func.count().desc(), *columns).limit(most)
    return [
        ChartRow(
            values={name: _shown(name, value) for name, value in zip(wanted.fields, values, strict=True)}, count=count
        )
        for count, *values in tx.session.execute(rows)
    ]


def chosen(tx: Transaction, scope: Scope, wanted: ChartQuery) -> Query:
    """Ids of the findings that the filters let through, and one of the sets where there are any."""
    query = findings_of(tx, scope, GridQuery(filters=wanted.filters)).query
    if not wanted.filter_sets:
        return query
    sets = [findings_of(tx, scope, GridQuery(filters=filters)).query for filters in wanted.filter_sets]
    return query.where(or_(false(), *(FINDING.id.in_(one) for one in sets)))


def _group(name: str) -> ColumnElement[Any]:
    if name == "age":
        today = datetime.now(UTC).date()
        return case(*((FINDING.day >= _before(today, days), word) for days, word in AGES.items()), else_=OLDER)
    group: ColumnElement[Any] = GROUPS.get(name, null())
    return group


def _before(today: date, days: int) -> str:
    return (today - timedelta(days=days)).isoformat()


def _shown(name: str, value: Any) -> Any:
    return list(predicates_of(value)) if name == PREDICATES else value
