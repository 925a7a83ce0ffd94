"""Scans: rows <-> domain."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from pellucid.domain.ids import new_id
from pellucid.domain.progress import Progress, Stage
from pellucid.domain.scan import Scan, ScanState, ScanStateType
from pellucid.domain.user import User
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.users import to_domain as user_to_domain
from pellucid.storage.rows.scan import ScanProgressRow, ScanRow, ScanStateRow
from pellucid.storage.rows.user import UserRow


class ScanRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def add(self, *, product_id: str, image_id: str, file_id: str, author: User) -> str:
        """A new scan in state `new`; returns its id."""
        scan_id, now = new_id(), datetime.now(UTC)
        new = ScanStateType.NEW
        self._session.add(
            ScanRow(
                id=scan_id,
                product_id=product_id,
                image_id=image_id,
                file_id=file_id,
                author_id=author.id,
                create_time=now,
                state=new,
                finish_time=None,
                advisory_digest="",
                summary={},
            )
        )
        self._session.flush()
        self._session.add(
            ScanStateRow(id=new_id(), scan_id=scan_id, type=new, create_time=now, author_id=author.id, note="")
        )
        self._session.flush()
        return scan_id

    def get(self, scan_id: str) -> Scan | None:
        found = self._read(ScanRow.id == scan_id)
        return found[0] if found else None

    def of_images(self, image_ids: Sequence[str]) -> list[Scan]:
        """Newest first."""
        return self._read(ScanRow.image_id.in_(image_ids)) if image_ids else []

    def enter(self, scan_id: str, state: ScanStateType, *, author: User | None = None, note: str = "") -> None:
        """Move a scan to `state`; entering a state a second time changes nothing."""
        seen = select(ScanStateRow.id).where(ScanStateRow.scan_id == scan_id, ScanStateRow.type == state)
        if self._session.scalar(seen) is not None:
            return
        now = datetime.now(UTC)
        author_id = author.id if author else None
        self._session.add(
            ScanStateRow(id=new_id(), scan_id=scan_id, type=state, create_time=now, author_id=author_id, note=note)
        )
        values: dict[str, Any] = {"state": state}
        if state.is_final:
            values["finish_time"] = now
        self._session.execute(update(ScanRow).where(ScanRow.id == scan_id).values(values))

    def file_of(self, scan_id: str) -> str:
        """Id of the file that is scanned."""
        return self._session.get_one(ScanRow, scan_id).file_id

    def progress(self, scan_id: str) -> Progress:
        row = self._session.get(ScanProgressRow, scan_id)
        if row is None:
            return Progress()
        return Progress(stage=Stage(row.stage), done=row.done, known=row.known, bytes=row.bytes, problems=row.problems)

    def set_progress(self, scan_id: str, progress: Progress) -> None:
        row = ScanProgressRow(
            scan_id=scan_id,
            stage=progress.stage,
            done=progress.done,
            known=progress.known,
            bytes=progress.bytes,
            problems=progress.problems,
        )
        self._session.merge(row)

    def _read(self, condition: Any) -> list[Scan]:
        state_author = aliased(UserRow)
        query = (
            select(ScanRow, ScanStateRow, UserRow, state_author)
            .join(ScanStateRow, (ScanStateRow.scan_id == ScanRow.id) & (ScanStateRow.type == ScanRow.state))
            .join(UserRow, UserRow.id == ScanRow.author_id)
            .outerjoin(state_author, state_author.id == ScanStateRow.author_id)
            .where(condition)
            .order_by(ScanRow.id.desc())
        )
        return [_to_domain(*row) for row in self._session.execute(query)]


def _to_domain(scan: ScanRow, state: ScanStateRow, author: UserRow, state_author: UserRow | None) -> Scan:
    return Scan(
        id=scan.id,
        product_id=scan.product_id,
        image_id=scan.image_id,
        author=user_to_domain(author),
        create_time=scan.create_time,
        latest_state=ScanState(
            id=state.id,
            type=ScanStateType(state.type),
            create_time=state.create_time,
            author=user_to_domain(state_author) if state_author else None,
            source=scan.id,
            note=state.note,
        ),
    )
