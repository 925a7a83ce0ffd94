"""Who is asking, and may they: bearer tokens (RFC 6750) and the contract's permissions."""

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from pellucid.api.context import Context
from pellucid.domain.access import Caller
from pellucid.errors import NotAuthenticated
from pellucid.services.identity import Identity
from pellucid.services.products import Products


async def authorize(request: Request, permission: str) -> Caller:
    """The caller, once it is known to hold `permission` on the product in the path, or else on the organization.

    "" asks for authentication alone. Raises NotAuthenticated, PermissionDenied or, for a product that the caller's
    organization does not have, NotFound. Reads nothing of the body.
    """
    context: Context = request.app.state.context
    token = _bearer(request)
    return await run_in_threadpool(_authorize, context, token, permission, request.path_params.get("productId", ""))


def require_link(request: Request, purpose: str, resource_id: str) -> None:
    """Raise NotAuthenticated unless the request's address is a signed link to this resource that still holds."""
    context: Context = request.app.state.context
    context.tokens.verify_url(
        purpose=purpose,
        resource_id=resource_id,
        expires=request.query_params.get("expires", ""),
        signature=request.query_params.get("signature", ""),
    )


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotAuthenticated
    return token.strip()


def _authorize(context: Context, token: str, permission: str, product_id: str) -> Caller:
    subject = context.tokens.verify(token)
    with context.database.read() as tx:
        caller = Identity(tx).caller(subject)
        if permission:
            caller.require(permission, f"products/{product_id.upper()}" if product_id else "")
            if product_id:
                # A grant on the organization speaks of its own products alone.
                Products(tx).get(caller, product_id)
    return caller
