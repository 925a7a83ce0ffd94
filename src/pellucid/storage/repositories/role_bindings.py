"""Role bindings: which user has which role on which resource."""

from datetime import UTC, datetime

from sqlalchemy import select

from pellucid.domain.ids import new_id
from pellucid.domain.user import User
from pellucid.storage.database import Transaction
from pellucid.storage.integrity import unique_or_conflict
from pellucid.storage.rows.role_binding import RoleBindingRow


class RoleBindingRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def add(self, *, user: User, role_id: str, resource_name: str) -> None:
        """Give `user` a role on "orgs/<id>" or "products/<id>". Conflict when it has it."""
        with unique_or_conflict("The user has this role on this resource already."):
            self._session.add(
                RoleBindingRow(
                    id=new_id(),
                    user_id=user.id,
                    role_id=role_id,
                    resource_name=resource_name,
                    create_time=datetime.now(UTC),
                )
            )
            self._session.flush()

    def of_user(self, user_id: str) -> list[tuple[str, str]]:
        """Pairs of resource name and role id."""
        query = select(RoleBindingRow.resource_name, RoleBindingRow.role_id).where(RoleBindingRow.user_id == user_id)
        return [(name, role_id) for name, role_id in self._session.execute(query)]
