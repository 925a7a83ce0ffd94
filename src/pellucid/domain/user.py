"""Users and the organization they belong to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class UserStatus(StrEnum):
    ACTIVE = "active"
    ARCHIVED = "archived"


@dataclass(frozen=True, kw_only=True)
class Org:
    id: str
    name: str

    @property
    def resource_name(self) -> str:
        return f"orgs/{self.id}"


@dataclass(frozen=True, kw_only=True)
class User:
    """A person, or the service account of an API client. `user_id` is the name that tokens carry as subject."""

    id: str
    user_id: str
    email: str
    status: UserStatus
    create_time: datetime
    org_id: str
