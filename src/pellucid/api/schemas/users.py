"""Users, organizations and permissions on the wire."""

from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import access, user
from pellucid.domain.user import UserStatus


class User(Wire):
    user_id: str
    id: str
    create_time: Time
    email: str
    status: UserStatus
    resource_type: str = "Org"

    @classmethod
    def of(cls, value: user.User) -> "User":
        return cls(
            user_id=value.user_id,
            id=value.id,
            create_time=value.create_time,
            email=value.email,
            status=value.status,
        )


class Org(Wire):
    id: str
    name: str

    @classmethod
    def of(cls, value: user.Org) -> "Org":
        return cls(id=value.id, name=value.name)


class Orgs(Wire):
    orgs: list[Org]


class ResourcePermissions(Wire):
    resource_name: str
    permissions: list[str]


class CurrentUser(Wire):
    """The caller, and what the caller may do where."""

    user: User
    org: Org
    resources_permissions: list[ResourcePermissions]

    @classmethod
    def of(cls, caller: access.Caller) -> "CurrentUser":
        return cls(
            user=User.of(caller.user),
            org=Org.of(caller.org),
            resources_permissions=[
                ResourcePermissions(resource_name=name, permissions=sorted(permissions))
                for name, permissions in sorted(caller.grants.items())
            ],
        )
