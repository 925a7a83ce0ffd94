"""Which products a listing may speak of."""

from sqlalchemy import ColumnElement, and_, true

from pellucid.domain.access import Scope
from pellucid.storage.rows.product import ProductRow


def visible(scope: Scope) -> ColumnElement[bool]:
    """For queries that join `product`."""
    some = true() if scope.product_ids is None else ProductRow.id.in_(sorted(scope.product_ids))
    return and_(ProductRow.org_id == scope.org_id, some)
