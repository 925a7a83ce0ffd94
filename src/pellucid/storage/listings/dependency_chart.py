"""Dependencies counted for charts."""

from collections.abc import Sequence

from sqlalchemy import func, select

from pellucid.domain.access import Scope
from pellucid.domain.grid import ChartQuery, ChartRow, Counting, GridQuery
from pellucid.storage.database import Transaction
from pellucid.storage.listings.dependencies import SOFTWARE, dependencies_of

IDENTITY = (SOFTWARE.vendor, SOFTWARE.product, SOFTWARE.version, SOFTWARE.purl)


def dependency_chart(tx: Transaction, scope: Scope, wanted: ChartQuery, *, most: int) -> Sequence[ChartRow]:
    """The `most` groups that count most, largest first; of equal ones in the order of their values.

    Distinct are dependencies by identity: the same software in two images of a group counts once.
    """
    found = dependencies_of(tx, scope, GridQuery(filters=wanted.filters), grouped=wanted.fields)
    groups = [found.fields[name].of.label(f"group_{number}") for number, name in enumerate(wanted.fields)]
    query = found.query.with_only_columns(*groups, *IDENTITY)
    if wanted.counting is Counting.DISTINCT:
        query = query.distinct()
    counted = query.subquery()
    columns = [counted.c[f"group_{number}"] for number in range(len(groups))]
    rows = select(func.count(), *columns).select_from(counted).group_by(*columns)
    rows = rows.order_by(func.count().desc(), *columns).limit(most)
    return [
        ChartRow(values=dict(zip(wanted.fields, values, strict=True)), count=count)
        for count, *values in tx.session.execute(rows)
    ]
