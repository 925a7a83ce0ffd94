"""Grids: tables over everything that the caller may see."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fastapi import Request, Response

from pellucid.api import context as contexts
from pellucid.api import tables
from pellucid.api.dependencies import Caller, Context, Grids, Links
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import crypto_asset_grid as crypto_assets
from pellucid.api.schemas import finding_grid as findings
from pellucid.api.schemas import grid as schemas
from pellucid.domain import access
from pellucid.domain.grid import GridQuery
from pellucid.services import grids as services

router = ContractRouter()

EVERYTHING = schemas.GridQuery()
ALL_FINDINGS = findings.GridFindingsQuery()
# Rows of a table that are read at a time, and at most.
PIECE, MOST_ROWS = 500, 100_000


@router.operation("GridListFiles", reads=True)
def grid_files(grids: Grids, links: Links, body: schemas.GridQuery = EVERYTHING) -> schemas.GridFiles:
    page = grids.files(body.wanted())
    return schemas.GridFiles(rows=[schemas.GridFile.of(file, links) for file in page.rows], total=page.total)


@router.operation("GridListDependencies", reads=True)
def grid_dependencies(grids: Grids, body: schemas.GridQuery = EVERYTHING) -> schemas.GridDependencies:
    page = grids.dependencies(body.wanted())
    return schemas.GridDependencies(rows=[schemas.GridDependency.of(row) for row in page.rows], total=page.total)


@router.operation("GridListComponents", reads=True)
def grid_components(grids: Grids, body: schemas.GridQuery = EVERYTHING) -> schemas.GridComponents:
    page = grids.components(body.wanted())
    rows = [schemas.GridComponent.of(row.component, row.finding_id) for row in page.rows]
    return schemas.GridComponents(rows=rows, total=page.total)


@router.operation("GridListCryptographicAssets", reads=True)
def grid_crypto_assets(
    grids: Grids, links: Links, body: schemas.GridQuery = EVERYTHING
) -> crypto_assets.GridCryptographicAssets:
    page = grids.crypto_assets(body.wanted())
    rows = [crypto_assets.GridCryptographicAsset.of(row, links) for row in page.rows]
    return crypto_assets.GridCryptographicAssets(rows=rows, total=page.total)


@router.operation("GridListFindings", reads=True)
def grid_findings(
    *,
    grids: Grids,
    caller: Caller,
    context: Context,
    request: Request,
    content_type: tables.ContentType = None,
    body: findings.GridFindingsQuery = ALL_FINDINGS,
) -> Response:
    word = tables.format_of(request, content_type, ("json", "csv", "md"))
    fields = body.chosen()
    wanted = body.wanted()
    if word != "json":
        columns = fields or findings.TABLE
        # What is refused must be refused before the answer begins.
        grids.findings(replace(wanted, size=0))
        pages = _table(context, caller, wanted, columns, whole=body.page is None)
        return tables.table(word, "findings", columns, pages)
    page = grids.findings(wanted, findings.parts_of(fields))
    rows = [findings.GridFinding.of(row, fields, body.compared()) for row in page.rows]
    return tables.document(findings.GridFindings(rows=rows, total=page.total))


def _table(
    context: contexts.Context, caller: access.Caller, wanted: GridQuery, columns: Sequence[str], *, whole: bool
) -> Iterator[Sequence[str]]:
    """The page that was asked for, or all rows when none was; a transaction a piece, as clients may be slow."""
    parts = findings.parts_of(columns)
    offset, end = (0, MOST_ROWS) if whole else (wanted.offset, wanted.offset + wanted.size)
    while offset < end:
        piece = replace(wanted, offset=offset, size=min(PIECE, end - offset))
        with context.database.read() as tx:
            rows = services.Grids(tx, caller).findings(piece, parts).rows
        yield from (findings.table_row(row, columns) for row in rows)
        if len(rows) < piece.size:
            return
        offset += piece.size
