"""What a route may ask for: the caller, services inside the request's transaction, links.

One transaction a request: opened here, committed before the response is sent (scope "function"), rolled back when the
route raises. Routes that only read get a reading one.
"""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool

from pellucid.api import context as contexts
from pellucid.api import links as linking
from pellucid.domain import access
from pellucid.services import (
    charts,
    components,
    custom_rules,
    files,
    findings,
    grids,
    images,
    products,
    scans,
    temp_files,
    vulnerabilities,
    webhooks,
)
from pellucid.storage import database


def _context(request: Request) -> contexts.Context:
    context: contexts.Context = request.app.state.context
    return context


Context = Annotated[contexts.Context, Depends(_context)]


def _caller(request: Request) -> access.Caller:
    # Set by the route before anything of the request was looked at.
    caller: access.Caller = request.state.caller
    return caller


Caller = Annotated[access.Caller, Depends(_caller)]


async def _transaction(request: Request, context: Context) -> AsyncIterator[database.Transaction]:
    if not request.state.writes:
        async with contextmanager_in_threadpool(context.database.read()) as tx:
            yield tx
        return
    async with context.writing, contextmanager_in_threadpool(context.database.begin()) as tx:
        yield tx


Result = TypeVar("Result")


async def in_transaction(context: contexts.Context, work: Callable[[database.Transaction], Result]) -> Result:
    """Run `work` in a writing transaction of its own: for routes that stream, which must not hold one meanwhile."""

    def run() -> Result:
        with context.database.begin() as tx:
            return work(tx)

    async with context.writing:
        return await run_in_threadpool(run)


Transaction = Annotated[database.Transaction, Depends(_transaction, scope="function")]


def _products(tx: Transaction) -> products.Products:
    return products.Products(tx)


def _images(tx: Transaction) -> images.Images:
    return images.Images(tx)


def _scans(tx: Transaction) -> scans.Scans:
    return scans.Scans(tx)


def _components(tx: Transaction) -> components.Components:
    return components.Components(tx)


def _files(tx: Transaction) -> files.Files:
    return files.Files(tx)


def _grids(tx: Transaction, caller: Caller) -> grids.Grids:
    return grids.Grids(tx, caller)


def _charts(tx: Transaction, caller: Caller) -> charts.Charts:
    return charts.Charts(tx, caller)


def _temp_files(tx: Transaction) -> temp_files.TempFiles:
    return temp_files.TempFiles(tx)


def _webhooks(tx: Transaction, context: Context) -> webhooks.Webhooks:
    return webhooks.Webhooks(tx, context.settings, context.vault)


def _vulnerabilities(tx: Transaction, caller: Caller, context: Context) -> vulnerabilities.Vulnerabilities:
    return vulnerabilities.Vulnerabilities(tx, caller, context.settings)


def _custom_rules(tx: Transaction) -> custom_rules.CustomRules:
    return custom_rules.CustomRules(tx)


def _findings(tx: Transaction) -> findings.Findings:
    return findings.Findings(tx)


Products = Annotated[products.Products, Depends(_products)]
Images = Annotated[images.Images, Depends(_images)]
Scans = Annotated[scans.Scans, Depends(_scans)]
Components = Annotated[components.Components, Depends(_components)]
CustomRules = Annotated[custom_rules.CustomRules, Depends(_custom_rules)]
Files = Annotated[files.Files, Depends(_files)]
Findings = Annotated[findings.Findings, Depends(_findings)]
Grids = Annotated[grids.Grids, Depends(_grids)]
Charts = Annotated[charts.Charts, Depends(_charts)]
TempFiles = Annotated[temp_files.TempFiles, Depends(_temp_files)]
Webhooks = Annotated[webhooks.Webhooks, Depends(_webhooks)]
Vulnerabilities = Annotated[vulnerabilities.Vulnerabilities, Depends(_vulnerabilities)]


def public_url(request: Request) -> str:
    """How this client reaches the server, without a slash at the end."""
    settings = _context(request).settings
    return (settings.public_url or str(request.base_url)).rstrip("/")


def _links(request: Request, context: Context, caller: Caller) -> linking.Links:
    def may_download(product_id: str) -> bool:
        return caller.may(linking.DOWNLOAD_PERMISSION, f"products/{product_id}")

    lifetime = context.settings.upload_url_lifetime
    return linking.Links(public_url(request), context.tokens, lifetime, may_download)


Links = Annotated[linking.Links, Depends(_links)]
