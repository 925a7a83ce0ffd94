"""Charts: counts over everything that a caller may see, by the values of some fields."""

from collections.abc import Sequence

from pellucid.domain.access import Caller, Scope
from pellucid.domain.grid import ChartQuery, ChartRow
from pellucid.services.products import VIEW
from pellucid.storage.database import Transaction
from pellucid.storage.listings.component_chart import component_chart
from pellucid.storage.listings.crypto_asset_chart import crypto_asset_chart
from pellucid.storage.listings.dependency_chart import dependency_chart
from pellucid.storage.listings.finding_chart import finding_chart
from pellucid.storage.listings.finding_provenance import finding_provenance
from pellucid.storage.listings.finding_trend import finding_trend

MOST_ROWS = 10_000


class Charts:
    """Each raises InvalidRequest, which says what is possible, when a filter asks for what its chart does not have."""

    def __init__(self, tx: Transaction, caller: Caller) -> None:
        self._tx = tx
        self._scope: Scope = caller.scope(VIEW)

    def dependencies(self, wanted: ChartQuery) -> Sequence[ChartRow]:
        """Third-party software of the newest finished scans, the largest groups first, at most MOST_ROWS of them."""
        return dependency_chart(self._tx, self._scope, wanted, most=MOST_ROWS)

    def components(self, wanted: ChartQuery) -> Sequence[ChartRow]:
        """Software of the newest finished scans and what else findings occur in, by whether any do."""
        return component_chart(self._tx, self._scope, wanted)

    def crypto_assets(self, wanted: ChartQuery) -> Sequence[ChartRow]:
        """Keys and certificates of the newest finished scans, each once for each image."""
        return crypto_asset_chart(self._tx, self._scope, wanted)

    def findings(self, wanted: ChartQuery) -> Sequence[ChartRow]:
        """Findings of the newest finished scans, the largest groups first, at most MOST_ROWS of them."""
        return finding_chart(self._tx, self._scope, wanted, most=MOST_ROWS)

    def findings_trend(self, wanted: ChartQuery) -> Sequence[ChartRow]:
        """How many findings were open on each day, oldest first."""
        return finding_trend(self._tx, self._scope, wanted)

    def provenances(self, wanted: ChartQuery) -> Sequence[ChartRow]:
        """Findings by whose software they are about."""
        return finding_provenance(self._tx, self._scope, wanted, most=MOST_ROWS)
