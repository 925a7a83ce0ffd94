"""Who may do what: callers, roles, permissions on resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pellucid.domain.user import Org, User
from pellucid.errors import PermissionDenied


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The products of an organization that somebody may see; `product_ids` None: all of them."""

    org_id: str
    product_ids: frozenset[str] | None


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An authenticated user with the permissions that role bindings give, by resource name.

    A grant on the organization ("orgs/<id>") counts for every resource in it; one on a product ("products/<id>")
    for that product and all below.
    """

    user: User
    org: Org
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def may(self, permission: str, resource_name: str = "") -> bool:
        """`resource_name` "" asks about the organization."""
        names = (self.org.resource_name, resource_name)
        return any(permission in self.grants.get(name, frozenset()) for name in names)

    def require(self, permission: str, resource_name: str = "") -> None:
        """Raise PermissionDenied unless the caller may."""
        if not self.may(permission, resource_name):
            raise PermissionDenied(permission=permission, resource_name=resource_name or self.org.resource_name)

    def scope(self, permission: str) -> Scope:
        """Where the caller has `permission`."""
        if self.may(permission):
            return Scope(org_id=self.org.id, product_ids=None)
        prefix = "products/"
        names = (name for name in self.grants if name.startswith(prefix) and self.may(permission, name))
        return Scope(org_id=self.org.id, product_ids=frozenset(name.removeprefix(prefix) for name in names))
