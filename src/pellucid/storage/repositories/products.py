"""Products: rows <-> domain."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, select, update

from pellucid.domain.ids import new_id
from pellucid.domain.product import Product
from pellucid.domain.user import User
from pellucid.storage.database import Transaction
from pellucid.storage.integrity import unique_or_conflict
from pellucid.storage.repositories.users import to_domain as user_to_domain
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.user import UserRow


class ProductRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def add(self, *, org_id: str, name: str, description: str, author: User) -> Product:
        """Conflict when a product that is not archived has the name."""
        row = ProductRow(
            id=new_id(),
            org_id=org_id,
            name=name,
            description=description,
            author_id=author.id,
            create_time=datetime.now(UTC),
            is_archived=False,
        )
        with unique_or_conflict(_taken(name)):
            self._session.add(row)
            self._session.flush()
        return _to_domain(row, author)

    def get(self, org_id: str, product_id: str) -> Product | None:
        found = self._read(_products(org_id).where(ProductRow.id == product_id))
        return found[0] if found else None

    def active(self, org_id: str, ids: Collection[str] | None = None) -> list[Product]:
        """Products that are not archived, newest first; with `ids` only those."""
        query = _products(org_id).where(ProductRow.is_archived.is_(False))
        return self._read(query if ids is None else query.where(ProductRow.id.in_(ids)))

    def known(self, org_id: str, ids: Collection[str]) -> set[str]:
        """Those of `ids` that the organization has."""
        query = select(ProductRow.id).where(ProductRow.org_id == org_id, ProductRow.id.in_(ids))
        return set(self._session.scalars(query))

    def change(self, product_id: str, values: Mapping[str, Any]) -> None:
        """Set `name` or `description`. Conflict when the name is taken."""
        with unique_or_conflict(_taken(str(values.get("name", "")))):
            self._session.execute(update(ProductRow).where(ProductRow.id == product_id).values(dict(values)))

    def set_archived(self, ids: Collection[str], *, archived: bool) -> None:
        """Conflict when a product that comes back has a name that another has taken meanwhile."""
        message = "Another product has taken the name meanwhile: rename it, then unarchive this one."
        with unique_or_conflict(message):
            self._session.execute(update(ProductRow).where(ProductRow.id.in_(ids)).values(is_archived=archived))

    def _read(self, query: Select[ProductRow, UserRow]) -> list[Product]:
        return [_to_domain(row, user_to_domain(author)) for row, author in self._session.execute(query)]


def _products(org_id: str) -> Select[ProductRow, UserRow]:
    return (
        select(ProductRow, UserRow)
        .join(UserRow, UserRow.id == ProductRow.author_id)
        .where(ProductRow.org_id == org_id)
        .order_by(ProductRow.create_time.desc(), ProductRow.id.desc())
        .execution_options(populate_existing=True)
    )


def _taken(name: str) -> str:
    return f"There is a product named {name!r} already: choose another name, or archive that product."


def _to_domain(row: ProductRow, author: User) -> Product:
    return Product(
        id=row.id,
        org_id=row.org_id,
        name=row.name,
        description=row.description,
        author=author,
        create_time=row.create_time,
        is_archived=row.is_archived,
    )
