"""Components of a scan: its tree, from the image down to the last link, and single places of it."""

from collections.abc import Sequence
from dataclasses import replace

from pellucid.domain.component_tree import TreeComponent, number_in
from pellucid.errors import NotFound
from pellucid.services.scans import Scans
from pellucid.storage.database import Transaction
from pellucid.storage.listings.scan_places import tree_component, tree_piece
from pellucid.storage.repositories.scan_hardening import hardening_at


class Components:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def piece(self, scan_id: str, *, after: int, most: int) -> Sequence[TreeComponent]:
        """The next places in tree order; none before the scan has ended, the same ever after."""
        return tree_piece(self._tx, scan_id, after=after, most=most)

    def get(self, product_id: str, image_id: str, scan_id: str, component_id: str) -> TreeComponent:
        """NotFound, too, when the component is one of another scan, or the scan one of another product."""
        scan = Scans(self._tx).get(product_id, image_id, scan_id)
        number = number_in(scan.id, component_id)
        found = None if number is None else tree_component(self._tx, scan.id, number)
        if found is None:
            raise NotFound(f"There is no component {component_id[:64]!r} in this scan.")
        return replace(found, hardening=tuple(hardening_at(self._tx, scan.id, found.number)))
