"""The caller, and the organization the caller belongs to."""

from pellucid.api.dependencies import Caller
from pellucid.api.router import ContractRouter
from pellucid.api.schemas.users import CurrentUser, Org, Orgs

router = ContractRouter()


@router.operation("GetCurrentUser")
def current_user(caller: Caller) -> CurrentUser:
    return CurrentUser.of(caller)


@router.own("ListOrgs", "GET", "/api/v4/orgs", permission="", tag="Org")
def list_orgs(caller: Caller) -> Orgs:
    """The caller's organization: the official client asks for it."""
    return Orgs(orgs=[Org.of(caller.org)])
