"""Organizations: rows <-> domain."""

from datetime import UTC, datetime

from sqlalchemy import select, text

from pellucid.domain.ids import new_id
from pellucid.domain.user import Org
from pellucid.storage.database import Transaction
from pellucid.storage.rows.org import OrgRow

FIRST_START_LOCK = 0x70656C6C  # any number that no other advisory lock has


class OrgRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def lock_first_start(self) -> None:
        """Let one transaction at a time look whether the database is new; SQLite writes one at a time anyway."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": FIRST_START_LOCK})

    def any(self) -> bool:
        return self._session.scalar(select(OrgRow.id).limit(1)) is not None

    def add(self, name: str) -> Org:
        row = OrgRow(id=new_id(), name=name, create_time=datetime.now(UTC))
        self._session.add(row)
        self._session.flush()
        return to_domain(row)


def to_domain(row: OrgRow) -> Org:
    return Org(id=row.id, name=row.name)
