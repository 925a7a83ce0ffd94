"""The problems of a scan, in the order in which it met them."""

from sqlalchemy import select

from pellucid.domain.problem import Problem, ProblemKind
from pellucid.storage.database import Transaction
from pellucid.storage.rows.inventory import ScanProblemRow


def scan_problems(tx: Transaction, scan_id: str, *, after: int, most: int) -> list[tuple[int, Problem]]:
    """Up to `most` problems with their numbers, from the one behind number `after` on (-1: from the first)."""
    query = (
        select(ScanProblemRow)
        .where(ScanProblemRow.scan_id == scan_id, ScanProblemRow.number > after)
        .order_by(ScanProblemRow.number)
        .limit(most)
    )
    return [
        (
            row.number,
            Problem(unit=row.unit, kind=ProblemKind(row.kind), artefact=row.artefact, message=row.message),
        )
        for row in tx.session.scalars(query)
    ]
