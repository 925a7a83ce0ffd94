"""Places of scans as components: whole trees in pieces, or some of them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased

from pellucid.domain.component_tree import TreeComponent
from pellucid.domain.entry import EntryKind
from pellucid.storage.database import Transaction
from pellucid.storage.rows.inventory import ScanArtefactRow, ScanComponentRow

PIECE = 500
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


def tree_components_at(tx: Transaction, scan_id: str, paths: Collection[str]) -> dict[str, TreeComponent]:
    """The files at these paths, where the tree has them; of equal paths the first."""
    found: dict[str, TreeComponent] = {}
    wanted = sorted(paths)
    for start in range(0, len(wanted), PIECE):
        query = joined(select(*COLUMNS)).where(
            PLACE.scan_id == scan_id, PLACE.sha256 != "", PLACE.path.in_(wanted[start : start + PIECE])
        )
        for row in tx.session.execute(query.order_by(PLACE.number)):
            found.setdefault(row.path, to_domain(row))
    return found


def joined(query: Select[Any]) -> Select[Any]:
    """The query over places with what they are as software, and with their containers."""
    return (
        query.select_from(PLACE)
        .outerjoin(SOFTWARE, (SOFTWARE.scan_id == PLACE.scan_id) & (SOFTWARE.number == PLACE.component))
        .outerjoin(CONTAINER, (CONTAINER.scan_id == PLACE.scan_id) & (CONTAINER.number == PLACE.parent))
    )


def to_domain(row: Sequence[Any]) -> TreeComponent:
    """From the values of COLUMNS, in whatever query they stand first."""
    # By place and not by name: a tree may have half a million rows.
    scan_id, number, parent, path, name, entry, kind, sha256, size, *stated = row
    mode, uid, gid, mtime, target, facts, meta, software, architecture, bits, container = stated
    entry = entry or EntryKind.FILE
    container = container or ""
    return TreeComponent(
        scan_id=scan_id,
        number=number,
        parent=parent,
        name=name,
        path=path if parent is None else path[len(container) + 1 :],
        container_path=container,
        kind=software or (kind if sha256 else entry),
        entry=entry,
        format=kind,
        sha256=sha256,
        size=size if sha256 else None,
        architecture=architecture or "",
        bits=bits,
        mode=mode,
        uid=uid,
        gid=gid,
        mtime=mtime,
        target=target or "",
        facts=facts or {},
        header=meta,
    )
