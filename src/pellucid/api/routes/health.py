"""Health: whether the server is up and can do its work."""

from fastapi import APIRouter

from pellucid.api.dependencies import Context
from pellucid.api.schemas.wire import Wire
from pellucid.storage.repositories.orgs import OrgRepository

router = APIRouter(tags=["Health"])


class Health(Wire):
    status: str = "ok"


@router.get("/healthz")
@router.get("/readyz")
def health(context: Context) -> Health:
    """200 once the first start is done and the database answers."""
    with context.database.read() as tx:
        OrgRepository(tx).any()
    return Health()
