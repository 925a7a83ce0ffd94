"""VEX of an image, as documents to save."""

from typing import Annotated

from fastapi import Query, Response

from pellucid.api import context as contexts
from pellucid.api import downloads
from pellucid.api.dependencies import Caller, Context
from pellucid.api.parameters import ImageId, ProductId
from pellucid.api.router import ContractRouter
from pellucid.domain import access
from pellucid.reports.vex_document import FORMATS, vex_document
from pellucid.services.vex import Decided, VexReports, vex_of

router = ContractRouter()
OnlyFinding = Annotated[str, Query(alias="findingId")]


@router.operation("GetVexReportOpenVEX")
def vex_openvex(
    product_id: ProductId, image_id: ImageId, caller: Caller, context: Context, finding_id: OnlyFinding = ""
) -> Response:
    return _document(context, _decided(context, caller, product_id, image_id, finding_id), "openvex")


@router.operation("GetVexReportCycloneDX")
def vex_cyclonedx(
    product_id: ProductId, image_id: ImageId, caller: Caller, context: Context, finding_id: OnlyFinding = ""
) -> Response:
    return _document(context, _decided(context, caller, product_id, image_id, finding_id), "cyclonedx-vex")


def _decided(
    context: contexts.Context, caller: access.Caller, product_id: str, image_id: str, finding_id: str
) -> Decided:
    """In a transaction of its own: writing the document takes longer than reading what is in it."""
    with context.database.read() as tx:
        return VexReports(tx).get(caller, product_id, image_id, finding_id)


def _document(context: contexts.Context, decided: Decided, format_: str) -> Response:
    vex = vex_of(decided, context.settings)
    name = f"{vex.bill.image_name}-{vex.bill.image_version}{FORMATS[format_].suffix}"
    headers = {"Content-Disposition": downloads.saved_as(name)}
    return Response(vex_document(vex, format_), media_type="application/json", headers=headers)
