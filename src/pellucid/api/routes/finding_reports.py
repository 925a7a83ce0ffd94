"""Reports on the findings of an image: for programs, and as documents to save."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response

from pellucid.api import context as contexts
from pellucid.api import downloads, tables
from pellucid.api.dependencies import Caller, Context
from pellucid.api.parameters import ImageId, ProductId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import finding_grid
from pellucid.api.schemas import finding_report as schemas
from pellucid.api.schemas.grid import GridQuery
from pellucid.domain import access, grid
from pellucid.services.finding_reports import FindingReports, ImageReport

router = ContractRouter()

EVERYTHING = schemas.ReportQuery()
ALL = GridQuery()
Mode = Annotated[Literal["summary", "full"], Query()]
SUMMARY = (
    *("name", "severity", "findingStatus", "cvssLatestBaseScore", "isKev", "dependency", "knownFixedVersion"),
    *("componentNames",),
)


@router.operation("ImageFindingsReportJson", reads=True)
def findings_report(
    product_id: ProductId, image_id: ImageId, caller: Caller, context: Context, body: schemas.ReportQuery = EVERYTHING
) -> schemas.ReportImage:
    report = _report(context, caller, product_id, image_id, body.wanted(), whole=body.page is None)
    return schemas.ReportImage.of(report)


@router.operation("DownloadImageReport", reads=True)
def download_report(
    *,
    product_id: ProductId,
    image_id: ImageId,
    caller: Caller,
    context: Context,
    request: Request,
    mode: Mode,
    content_type: Annotated[Literal["pdf", "json", "xml", "csv", "md"], Query(alias="contentType")],
    body: GridQuery = ALL,
) -> Response:
    word = tables.format_of(request, content_type, ("json", "csv", "md", "xml"))
    report = _report(context, caller, product_id, image_id, body.wanted(), whole=body.page is None)
    name = f"{report.image.name}-{report.image.version}-findings"
    if word == "json":
        document = schemas.ReportImage.of(report, full=mode == "full")
        content = document.model_dump_json(by_alias=True, exclude_none=True)
        headers = {"Content-Disposition": downloads.saved_as(f"{name}.json")}
        return Response(content, media_type="application/json", headers=headers)
    columns = finding_grid.TABLE if mode == "full" else SUMMARY
    rows = (finding_grid.table_row(item, columns) for item in report.findings)
    return tables.table(word, name, columns, rows)


def _report(
    context: contexts.Context,
    caller: access.Caller,
    product_id: str,
    image_id: str,
    wanted: grid.GridQuery,
    *,
    whole: bool,
) -> ImageReport:
    """In a transaction of its own: writing the document takes longer than reading what is in it."""
    with context.database.read() as tx:
        return FindingReports(tx).get(caller, product_id, image_id, wanted, whole=whole)
