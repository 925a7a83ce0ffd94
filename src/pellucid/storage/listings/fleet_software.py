"""What many scans are made of, as far as it decides which advisories matter: read for a whole fleet at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from pellucid.domain.dependency import Dependency, Linkage
from pellucid.storage.database import Transaction
from pellucid.storage.rows.inventory import ScanDependencyRow

ROW = ScanDependencyRow
NAMED = (
    ROW.vendor,
    ROW.product,
    ROW.version,
    ROW.purl,
    ROW.cpe,
    ROW.ecosystem,
    ROW.source_name,
    ROW.source_version,
    ROW.version_range,
    ROW.epoch,
    ROW.release,
    ROW.distro,
)


class FleetSoftware:
    """Images of a fleet are made of the same software: each dependency is made once, however many scans have it."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Dependency] = {}

    def of_scans(self, tx: Transaction, scan_ids: Sequence[str]) -> Mapping[str, list[Dependency]]:
        """The dependencies of each scan, without evidence and places."""
        found: dict[str, list[Dependency]] = defaultdict(list)
        query = select(ROW.scan_id, ROW.linkage, ROW.cpe_candidates, *NAMED).where(ROW.scan_id.in_(scan_ids))
        for scan_id, linkage, candidates, *named in tx.session.execute(query):
            key = (linkage, *candidates, *named)
            item = self._known.get(key)
            if item is None:
                item = self._known[key] = _dependency(linkage, candidates, named)
            found[scan_id].append(item)
        return found


def _dependency(linkage: str, candidates: Sequence[str], named: Sequence[str]) -> Dependency:
    stated: dict[str, Any] = {column.key: value for column, value in zip(NAMED, named, strict=True)}
    return Dependency(**stated, linkage=Linkage(linkage), cpe_candidates=tuple(candidates), confidence=1.0, evidence=())
