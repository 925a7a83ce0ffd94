"""Grids: tables over everything that the caller may see."""

from pellucid.api.dependencies import Grids, Links
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import grid as schemas

router = ContractRouter()

EVERYTHING = schemas.GridQuery()


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
