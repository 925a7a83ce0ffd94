"""Users: rows <-> domain."""

from datetime import UTC, datetime

from sqlalchemy import select

from pellucid.domain.ids import new_id
from pellucid.domain.user import Org, User, UserStatus
from pellucid.storage.database import Transaction
from pellucid.storage.integrity import unique_or_conflict
from pellucid.storage.repositories.orgs import to_domain as org_to_domain
from pellucid.storage.rows.org import OrgRow
from pellucid.storage.rows.user import UserRow


class UserRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def add(self, *, org_id: str, email: str, password_hash: str = "") -> User:
        """A new active user; its id is the subject of its tokens. Conflict when the address is taken."""
        user_id = new_id()
        row = UserRow(
            id=user_id,
            org_id=org_id,
            user_id=user_id,
            email=email.lower(),
            password_hash=password_hash,
            status=UserStatus.ACTIVE,
            create_time=datetime.now(UTC),
        )
        with unique_or_conflict(f"There is a user with the address {email} already."):
            self._session.add(row)
            self._session.flush()
        return to_domain(row)

    def by_subject(self, subject: str) -> tuple[User, Org] | None:
        """The user that tokens call `subject`, with its organization."""
        query = select(UserRow, OrgRow).join(OrgRow, OrgRow.id == UserRow.org_id).where(UserRow.user_id == subject)
        found = self._session.execute(query).one_or_none()
        return (to_domain(found[0]), org_to_domain(found[1])) if found else None

    def with_password_hash(self, email: str) -> tuple[User, str] | None:
        """The user with this address, and the hash of its password ("" when it has none)."""
        row = self._session.scalar(select(UserRow).where(UserRow.email == email.lower()))
        return (to_domain(row), row.password_hash) if row else None


def to_domain(row: UserRow) -> User:
    return User(
        id=row.id,
        user_id=row.user_id,
        email=row.email,
        status=UserStatus(row.status),
        create_time=row.create_time,
        org_id=row.org_id,
    )
