"""Places of scans as components: whole trees in pieces, or some of them."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import aliased

from pellucid.domain.component_tree import TreeComponent
from pellucid.domain.entry import EntryKind
from pellucid.storage.database import Transaction
from pellucid.storage.rows.inventory import ScanArtefactRow, ScanComponentRow

PLACE = ScanArtefactRow
SOFTWARE = ScanComponentRow
CONTAINER = aliased(ScanArtefactRow)

# As TreeComponent.kind and .path say, for filters; `_to_domain` does the same to a row.
KIND: ColumnElement[str] = func.coalesce(
    SOFTWARE.kind, case((PLACE.sha256 != "", PLACE.kind), else_=func.coalesce(PLACE.entry, PLACE.kind))
)
PATH: ColumnElement[str] = case(
    (PLACE.parent.is_(None), PLACE.path), else_=func.substr(PLACE.path, func.length(CONTAINER.path) + 2)
)
COLUMNS = (
    PLACE.scan_id,
    PLACE.number,
    PLACE.parent,
    PLACE.path,
    PLACE.name,
    PLACE.entry,
    PLACE.kind,
    PLACE.sha256,
    PLACE.size,
    PLACE.mode,
    PLACE.uid,
    PLACE.gid,
    PLACE.mtime,
    PLACE.target,
    PLACE.facts,
    PLACE.meta,
    SOFTWARE.kind.label("software"),
    SOFTWARE.architecture,
    SOFTWARE.bits,
    CONTAINER.path.label("container"),
)


def tree_piece(tx: Transaction, scan_id: str, *, after: int, most: int) -> list[TreeComponent]:
    """Up to `most` places in tree order, from the one behind number `after` on (-1: from the first)."""
    query = joined(select(*COLUMNS)).where(PLACE.scan_id == scan_id, PLACE.number > after)
    return [to_domain(row) for row in tx.session.execute(query.order_by(PLACE.number).limit(most))]


def tree_component(tx: Transaction, scan_id: str, number: int) -> TreeComponent | None:
    """One place."""
    row = tx.session.execute(
        joined(select(*COLUMNS)).where(PLACE.scan_id == scan_id, PLACE.number == number)
    ).one_or_none()
    return to_domain(row) if row else None


def joined(query: Select[Any]) -> Select[Any]:
    """The query over places with what they are as software, and with their containers."""
    return (
        query.select_from(PLACE)
        .outerjoin(SOFTWARE, (SOFTWARE.scan_id == PLACE.scan_id) & (SOFTWARE.number == PLACE.component))
        .outerjoin(CONTAINER, (CONTAINER.scan_id == PLACE.scan_id) & (CONTAINER.number == PLACE.parent))
    )


def to_domain(row: Row[Any]) -> TreeComponent:
    """From the columns that are named above, in whatever query they stand."""
    has_bytes = bool(row.sha256)
    entry = row.entry or EntryKind.FILE
    container = row.container or ""
    return TreeComponent(
        scan_id=row.scan_id,
        number=row.number,
        parent=row.parent,
        name=row.name,
        path=row.path if row.parent is None else row.path[len(container) + 1 :],
        container_path=container,
        kind=row.software or (row.kind if has_bytes else entry),
        entry=entry,
        format=row.kind,
        sha256=row.sha256,
        size=row.size if has_bytes else None,
        architecture=row.architecture or "",
        bits=row.bits,
        mode=row.mode,
        uid=row.uid,
        gid=row.gid,
        mtime=row.mtime,
        target=row.target or "",
        facts=row.facts or {},
        header=row.meta,
    )
