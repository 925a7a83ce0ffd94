"""Products: list, create, change, archive."""

from collections.abc import Iterable, Sequence
from typing import Any

from pellucid.domain import names
from pellucid.domain.access import Caller
from pellucid.domain.product import Product
from pellucid.errors import NotFound
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.products import ProductRepository

VIEW = "products.view"
ARCHIVE = "products.archive"


class Products:
    def __init__(self, tx: Transaction) -> None:
        self._products = ProductRepository(tx)

    def list(self, caller: Caller) -> list[Product]:
        """The products that are not archived and that the caller may see, newest first."""
        scope = caller.scope(VIEW)
        return self._products.active(scope.org_id, scope.product_ids)

    def get(self, caller: Caller, product_id: str) -> Product:
        """Archived or not. NotFound, too, when it belongs to another organization."""
        product_id = names.product_id(product_id)
        product = self._products.get(caller.org.id, product_id)
        if product is None:
            raise NotFound(f"There is no product {product_id}.")
        return product

    def create(self, caller: Caller, name: str, description: str = "") -> Product:
        """Conflict when a product that is not archived has the name."""
        return self._products.add(
            org_id=caller.org.id,
            name=names.name(name),
            description=names.text(description, "description"),
            author=caller.user,
        )

    def update(
        self, caller: Caller, product_id: str, *, name: str | None = None, description: str | None = None
    ) -> Product:
        """Change what is not None."""
        product = self.get(caller, product_id)
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = names.name(name)
        if description is not None:
            values["description"] = names.text(description, "description")
        if values:
            self._products.change(product.id, values)
        return self.get(caller, product.id)

    def archive(self, caller: Caller, ids: Iterable[str]) -> Sequence[str]:
        """All of them or, when one is unknown or may not be archived by the caller, none. Returns the ids."""
        return self._set_archived(caller, ids, archived=True)

    def unarchive(self, caller: Caller, ids: Iterable[str]) -> Sequence[str]:
        """As `archive`; Conflict when another product has taken a name meanwhile."""
        return self._set_archived(caller, ids, archived=False)

    def _set_archived(self, caller: Caller, ids: Iterable[str], *, archived: bool) -> Sequence[str]:
        chosen = names.resource_ids(ids)
        for product_id in chosen:
            caller.require(ARCHIVE, f"products/{product_id}")
        names.refuse_unknown("product", chosen, self._products.known(caller.org.id, chosen))
        self._products.set_archived(chosen, archived=archived)
        return chosen
