"""The API as an ASGI application."""

from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

import pellucid
from pellucid.api import contract, errors, openapi
from pellucid.api.context import Context
from pellucid.api.router import mount
from pellucid.api.routes import (
    charts,
    components,
    crypto_assets,
    crypto_materials,
    custom_rules,
    files,
    finding_reports,
    findings,
    grids,
    health,
    images,
    problems,
    products,
    progress,
    realms,
    reports,
    scans,
    temp_files,
    users,
    vex,
    vulnerabilities,
    webhooks,
)
from pellucid.blobs.local import LocalBlobs
from pellucid.services.tokens import Tokens
from pellucid.services.vault import Vault
from pellucid.settings import Settings
from pellucid.storage.database import Database

ROUTERS = (
    products,
    images,
    temp_files,
    files,
    scans,
    components,
    crypto_assets,
    crypto_materials,
    custom_rules,
    findings,
    grids,
    charts,
    finding_reports,
    reports,
    problems,
    progress,
    users,
    vex,
    vulnerabilities,
    webhooks,
)
PRODUCTS = "/api/v4/products/"


def create_application(
    *, settings: Settings, database: Database, blobs: LocalBlobs, tokens: Tokens, vault: Vault
) -> FastAPI:
    """All routes. Raises ConfigurationError when contract, coverage and handlers do not match."""
    app = FastAPI(
        title=openapi.TITLE,
        version=pellucid.__version__,
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = Context(settings=settings, database=database, blobs=blobs, tokens=tokens, vault=vault)
    errors.install(app)
    mount(app, [module.router for module in ROUTERS], contract.operations())
    app.include_router(realms.router)
    app.include_router(health.router)
    app.add_middleware(ResourceNames)
    app.openapi = partial(openapi.document, app)  # type: ignore[method-assign]  # the framework's way to replace it
    return app


class ResourceNames:
    """Lets a product be named by its resource name, too: .../products/products/<id> is .../products/<id>."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{PRODUCTS}products/"):
            scope = {**scope, "path": scope["path"].replace("products/", "", 1)}
        await self._app(scope, receive, send)
