"""Products: what a vendor ships and a team answers for."""

from dataclasses import dataclass
from datetime import datetime

from pellucid.domain.user import User


@dataclass(frozen=True, kw_only=True)
class Product:
    id: str
    org_id: str
    name: str
    description: str
    author: User
    create_time: datetime
    is_archived: bool = False

    @property
    def resource_name(self) -> str:
        return f"products/{self.id}"
