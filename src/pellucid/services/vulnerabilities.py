"""Vulnerabilities: what is known of them, and where they were found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pellucid.advisories.store import browsing
from pellucid.advisories.store.browsing import Chosen, Former, Known
from pellucid.domain.access import Caller
from pellucid.domain.product import Product
from pellucid.domain.vulnerability import VulnerabilityOrder
from pellucid.errors import NotFound
from pellucid.services.advisories import open_for_reading
from pellucid.services.products import VIEW, Products
from pellucid.settings import Settings
from pellucid.storage.database import Transaction
from pellucid.storage.listings.vulnerability_names import products_with, vulnerability_names


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which page of which vulnerabilities; of a product or an image: those that were found there."""

    chosen: Chosen
    order: VulnerabilityOrder = VulnerabilityOrder.PUBLISHED
    skip: int = 0
    size: int = 30
    product_id: str = ""
    image_id: str = ""
    with_products: bool = False


@dataclass(frozen=True, kw_only=True)
class Page:
    """`products` by the vulnerability's name, where they were asked for."""

    items: Sequence[Known]
    total: int
    products: Mapping[str, Sequence[Product]]


class Vulnerabilities:
    """What everybody may know; which products have it only as far as the caller may see these."""

    def __init__(self, tx: Transaction, caller: Caller, settings: Settings) -> None:
        self._tx, self._caller, self._settings = tx, caller, settings

    def list(self, wanted: Wanted) -> Page:
        chosen = wanted.chosen
        if wanted.product_id or wanted.image_id:
            names = vulnerability_names(
                self._tx, self._caller.scope(VIEW), product_id=wanted.product_id, image_id=wanted.image_id
            )
            chosen = replace(chosen, names=names)
        store = open_for_reading(self._settings)
        try:
            items, total = browsing.page(
                store.connection, chosen, order=wanted.order, skip=wanted.skip, size=wanted.size
            )
        finally:
            store.close()
        shown = [item.vulnerability.name for item in items] if wanted.with_products else []
        return Page(items=items, total=total, products=self._products(shown))

    def get(self, id_: str) -> tuple[Known, Sequence[Former], Sequence[Product]]:
        """One, what was known of it before, and the products that have it. Raises NotFound."""
        store = open_for_reading(self._settings)
        try:
            known = browsing.of_id(store.connection, id_)
            if known is None:
                raise NotFound(f"There is no vulnerability {id_}.")
            name = known.vulnerability.name
            return known, browsing.former(store.connection, name), self._products([name]).get(name, ())
        finally:
            store.close()

    def _products(self, names: Sequence[str]) -> dict[str, Sequence[Product]]:
        found = products_with(self._tx, self._caller.scope(VIEW), names)
        visible = {product.id: product for product in Products(self._tx).list(self._caller)} if found else {}
        return {name: [visible[id_] for id_ in ids if id_ in visible] for name, ids in found.items()}
