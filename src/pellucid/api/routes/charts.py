"""Charts: counts over everything that the caller may see."""

from pellucid.api.dependencies import Charts
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import chart as schemas

router = ContractRouter()

DEPENDENCIES = schemas.ChartDependenciesQuery()
COMPONENTS = schemas.ChartComponentsQuery()


@router.operation("ChartListDependencies", reads=True)
def chart_dependencies(
    charts: Charts, body: schemas.ChartDependenciesQuery = DEPENDENCIES
) -> schemas.ChartDependencies:
    return schemas.ChartDependencies.of(charts.dependencies(body.wanted()))


@router.operation("ChartListComponents", reads=True)
def chart_components(charts: Charts, body: schemas.ChartComponentsQuery = COMPONENTS) -> schemas.ChartComponents:
    return schemas.ChartComponents.of(charts.components(body.wanted()))
