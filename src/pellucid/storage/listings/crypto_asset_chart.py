"""Crypto assets counted for charts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from pellucid.domain.access import Scope
from pellucid.domain.grid import ChartQuery, ChartRow, GridQuery
from pellucid.storage.database import Transaction
from pellucid.storage.listings.crypto_assets import ASSET, TYPE, VULNERABLE, crypto_asset_fields, crypto_assets_of
from pellucid.storage.listings.grid import conditions_of

IS_VULNERABLE = "isVulnerable"
GROUPS: Mapping[str, Any] = {"type": TYPE, IS_VULNERABLE: VULNERABLE}


def crypto_asset_chart(tx: Transaction, scope: Scope, wanted: ChartQuery) -> Sequence[ChartRow]:
    """The largest groups first. An asset counts once for each image that has it, in however many places it lies."""
    groups = [GROUPS[name].label(f"group_{number}") for number, name in enumerate(wanted.fields)]
    chosen = crypto_assets_of(scope, GridQuery(filters=wanted.filters), ASSET.scan_id, ASSET.number, *groups)
    counted = chosen.where(*conditions_of(wanted.filters, crypto_asset_fields())).distinct().subquery()
    columns = [counted.c[f"group_{number}"] for number in range(len(groups))]
    rows = select(func.count(), *columns).select_from(counted).group_by(*columns)
    return [
        ChartRow(
            values={
                name: bool(value) if name == IS_VULNERABLE else value
                for name, value in zip(wanted.fields, values, strict=True)
            },
            count=count,
        )
        for count, *values in tx.session.execute(rows.order_by(func.count().desc(), *columns))
    ]
