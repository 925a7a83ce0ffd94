"""Grids: tables over everything that a caller may see, filtered, sorted, one page at a time."""

from pellucid.domain.access import Caller, Scope
from pellucid.domain.file import File
from pellucid.domain.grid import GridPage, GridQuery
from pellucid.services.products import VIEW
from pellucid.storage.database import Transaction
from pellucid.storage.listings.component_grid import ComponentWithFinding, component_grid
from pellucid.storage.listings.dependency_grid import ListedDependency, dependency_grid
from pellucid.storage.listings.file_grid import file_grid


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
