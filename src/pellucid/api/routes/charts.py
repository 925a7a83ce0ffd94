"""Charts: counts over everything that the caller may see."""

from pellucid.api.dependencies import Charts
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import chart as schemas
from pellucid.api.schemas import finding_chart as findings

router = ContractRouter()

DEPENDENCIES = schemas.ChartDependenciesQuery()
COMPONENTS = schemas.ChartComponentsQuery()
CRYPTO_ASSETS = schemas.ChartCryptographicAssetsQuery()
FINDINGS = findings.ChartFindingsQuery()
TREND = findings.ChartFindingsTrendQuery()
PROVENANCES = findings.ChartProvenancesQuery()


@router.operation("ChartListDependencies", reads=True)
def chart_dependencies(
    charts: Charts, body: schemas.ChartDependenciesQuery = DEPENDENCIES
) -> schemas.ChartDependencies:
    return schemas.ChartDependencies.of(charts.dependencies(body.wanted()))


@router.operation("ChartListComponents", reads=True)
def chart_components(charts: Charts, body: schemas.ChartComponentsQuery = COMPONENTS) -> schemas.ChartComponents:
    return schemas.ChartComponents.of(charts.components(body.wanted()))


@router.operation("ChartListCryptographicAssets", reads=True)
def chart_crypto_assets(
    charts: Charts, body: schemas.ChartCryptographicAssetsQuery = CRYPTO_ASSETS
) -> schemas.ChartCryptographicAssets:
    return schemas.ChartCryptographicAssets.of(charts.crypto_assets(body.wanted()))


@router.operation("ChartListFindings", reads=True)
def chart_findings(charts: Charts, body: findings.ChartFindingsQuery = FINDINGS) -> findings.ChartFindings:
    return findings.ChartFindings.of(charts.findings(body.wanted()))


@router.operation("ChartListFindingsTrend", reads=True)
def chart_findings_trend(charts: Charts, body: findings.ChartFindingsTrendQuery = TREND) -> findings.ChartFindings:
    return findings.ChartFindings.of(charts.findings_trend(body.wanted()))


@router.operation("ChartListProvenances", reads=True)
def chart_provenances(charts: Charts, body: findings.ChartProvenancesQuery = PROVENANCES) -> findings.ChartProvenances:
    return findings.ChartProvenances.of(charts.provenances(body.wanted()))
