"""Triage states of findings: rows <-> domain."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update

from pellucid.domain.finding import FindingStatus
from pellucid.domain.ids import new_id
from pellucid.domain.triage import FindingState
from pellucid.domain.user import User
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.escalations import EscalationRepository
from pellucid.storage.repositories.finding_values import fitting
from pellucid.storage.repositories.users import to_domain as user_to_domain
from pellucid.storage.rows.finding import FindingRow, FindingStateRow
from pellucid.storage.rows.user import UserRow

PIECE = 500


class FindingStateRepository:
    def __init__(self, tx: Transaction) -> None:
        self._tx, self._session = tx, tx.session

    def enter(
        self,
        finding_id: str,
        status: FindingStatus,
        *,
        author: User | None = None,
        source: str = "",
        justification: str = "",
        note: str = "",
        said_time: datetime | None = None,
        is_proposed: bool = False,
    ) -> FindingState:
        """A decision on a finding that is there; a person who takes one has seen what became worse."""
        now = datetime.now(UTC)
        state = FindingState(
            id=new_id(),
            finding_id=finding_id,
            status=status,
            create_time=now,
            author=author,
            source=source,
            justification=justification,
            note=note,
            said_time=said_time,
            is_proposed=is_proposed,
        )
        values = {"source": source, "justification": justification, "note": note}
        self._session.add(
            FindingStateRow(
                id=state.id,
                finding_id=finding_id,
                status=status,
                create_time=now,
                author_id=author.id if author else None,
                said_time=said_time,
                is_proposed=is_proposed,
                **fitting(FindingStateRow, values),
            )
        )
        changed = update(FindingRow).where(FindingRow.id == finding_id).values(status=status, status_time=now)
        self._session.execute(changed, execution_options={"synchronize_session": False})
        self._session.flush()
        if author is not None:
            EscalationRepository(self._tx).set_seen([finding_id])
        return state

    def newest(self, finding_ids: Sequence[str], *, hold: bool = False) -> dict[str, FindingState]:
        """The decision that counts, by finding. `hold`: nobody else decides on these until this transaction ends."""
        found: dict[str, FindingState] = {}
        for start in range(0, len(finding_ids), PIECE):
            piece = finding_ids[start : start + PIECE]
            if hold:
                rows = select(FindingRow.id).where(FindingRow.id.in_(piece)).order_by(FindingRow.id)
                self._session.execute(rows.with_for_update(key_share=True)).all()
            for state in self.of_findings(piece):
                found.setdefault(state.finding_id, state)
        return found

    def of_findings(self, finding_ids: Sequence[str]) -> list[FindingState]:
        """All decisions on these, newest first."""
        query = (
            select(FindingStateRow, UserRow)
            .outerjoin(UserRow, UserRow.id == FindingStateRow.author_id)
            .where(FindingStateRow.finding_id.in_(finding_ids))
            .order_by(FindingStateRow.id.desc())
        )
        return [_to_domain(row, author) for row, author in self._session.execute(query)]


def _to_domain(row: FindingStateRow, author: UserRow | None) -> FindingState:
    return FindingState(
        id=row.id,
        finding_id=row.finding_id,
        status=FindingStatus(row.status),
        create_time=row.create_time,
        author=user_to_domain(author) if author else None,
        source=row.source,
        justification=row.justification,
        note=row.note,
        said_time=row.said_time,
        is_proposed=row.is_proposed,
    )
