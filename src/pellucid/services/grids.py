"""Grids: tables over everything that a caller may see, filtered, sorted, one page at a time."""

from collections.abc import Set

from pellucid.domain.access import Caller, Scope
from pellucid.domain.file import File
from pellucid.domain.grid import GridPage, GridQuery
from pellucid.domain.product_finding import Part, ProductFinding
from pellucid.services.products import VIEW
from pellucid.storage.database import Transaction
from pellucid.storage.listings.component_grid import ComponentWithFinding, component_grid
from pellucid.storage.listings.crypto_asset_grid import ListedCryptoAsset, crypto_asset_grid
from pellucid.storage.listings.dependency_grid import ListedDependency, dependency_grid
from pellucid.storage.listings.file_grid import file_grid
from pellucid.storage.listings.finding_grid import finding_grid
from pellucid.storage.listings.product_findings import EVERYTHING


class Grids:
    """Each raises InvalidRequest, which says what is possible, when the query asks for what its grid does not have."""

    def __init__(self, tx: Transaction, caller: Caller) -> None:
        self._tx = tx
        self._scope: Scope = caller.scope(VIEW)

    def files(self, wanted: GridQuery) -> GridPage[File]:
        """Files of images, and what is attached to them."""
        return file_grid(self._tx, self._scope, wanted)

    def dependencies(self, wanted: GridQuery) -> GridPage[ListedDependency]:
        """Third-party software of the newest finished scans, with how many findings are about it."""
        return dependency_grid(self._tx, self._scope, wanted)

    def components(self, wanted: GridQuery) -> GridPage[ComponentWithFinding]:
        """Components in which findings occur."""
        return component_grid(self._tx, self._scope, wanted)

    def crypto_assets(self, wanted: GridQuery) -> GridPage[ListedCryptoAsset]:
        """Keys and certificates of the newest finished scans, each in every place where it lies."""
        return crypto_asset_grid(self._tx, self._scope, wanted)

    def findings(self, wanted: GridQuery, parts: Set[Part] = EVERYTHING) -> GridPage[ProductFinding]:
        """Findings of the newest finished scans, or of two images that are compared, with these parts of each."""
        return finding_grid(self._tx, self._scope, wanted, parts)
