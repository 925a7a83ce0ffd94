"""API clients and the service accounts they act as."""

from datetime import UTC, datetime

from sqlalchemy import select

from pellucid.domain.ids import new_id
from pellucid.domain.user import User
from pellucid.storage.database import Transaction
from pellucid.storage.integrity import unique_or_conflict
from pellucid.storage.repositories.users import to_domain as user_to_domain
from pellucid.storage.rows.api_client import ApiClientRow
from pellucid.storage.rows.user import UserRow


class ApiClientRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def add(self, *, client_id: str, secret_hash: str, user: User) -> None:
        """A new client that acts as `user`. Conflict when the client id is taken."""
        with unique_or_conflict(f"There is an API client {client_id} already."):
            self._session.add(
                ApiClientRow(
                    id=new_id(),
                    client_id=client_id,
                    secret_hash=secret_hash,
                    user_id=user.id,
                    create_time=datetime.now(UTC),
                )
            )
            self._session.flush()

    def with_secret_hash(self, client_id: str) -> tuple[User, str] | None:
        """The service account of a client, and the hash of the client's secret."""
        query = (
            select(ApiClientRow.secret_hash, UserRow)
            .join(UserRow, UserRow.id == ApiClientRow.user_id)
            .where(ApiClientRow.client_id == client_id)
        )
        found = self._session.execute(query).one_or_none()
        return (user_to_domain(found[1]), found[0]) if found else None
