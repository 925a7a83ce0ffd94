"""Reports on an image: documents to save, each with the name of a file."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import Query, Response

from pellucid.api import context as contexts
from pellucid.api import downloads
from pellucid.api.dependencies import Caller, Context
from pellucid.api.parameters import ImageId, ProductId
from pellucid.api.router import ContractRouter
from pellucid.domain.bill import Bill
from pellucid.errors import Detail, InvalidRequest
from pellucid.reports.bill_document import FORMATS, bill_document
from pellucid.reports.cbom import SUFFIX, cbom_document
from pellucid.services.bills import Bills
from pellucid.services.crypto_bills import CryptoBills

router = ContractRouter()

# By the contract's contentType: the document, and what the contract calls its type.
CYCLONEDX: Mapping[str, tuple[str, str]] = {
    "json": ("cyclonedx", "application/json"),
    "xml": ("cyclonedx-xml", "application/xml"),
    "csv": ("csv", "text/csv"),
    "md": ("md", "text/markdown"),
}
ContentType = Annotated[Literal["pdf", "json", "xml", "csv", "md"], Query(alias="contentType")]


@router.operation("GetSbomReportCycloneDX")
def sbom_cyclonedx(
    product_id: ProductId, image_id: ImageId, caller: Caller, context: Context, content_type: ContentType = "json"
) -> Response:
    if content_type not in CYCLONEDX:
        reason = f"{content_type} is not possible for this report: {', '.join(CYCLONEDX)}"
        raise InvalidRequest(f"contentType: {reason}.", details=[Detail(reason=reason, field="contentType")])
    return _document(_bill(context, caller, product_id, image_id), *CYCLONEDX[content_type])


@router.operation("GetSbomReportSPDX")
def sbom_spdx(product_id: ProductId, image_id: ImageId, caller: Caller, context: Context) -> Response:
    return _document(_bill(context, caller, product_id, image_id), "spdx", "application/json")


@router.operation("GetCbomReport")
def cbom_cyclonedx(product_id: ProductId, image_id: ImageId, caller: Caller, context: Context) -> Response:
    with context.database.read() as tx:
        bill = CryptoBills(tx).get(caller, product_id, image_id)
    headers = {"Content-Disposition": downloads.saved_as(f"{bill.image_name}-{bill.image_version}{SUFFIX}")}
    return Response(cbom_document(bill, "cbom"), media_type="application/json", headers=headers)


def _bill(context: contexts.Context, caller: Caller, product_id: str, image_id: str) -> Bill:
    """In a transaction of its own: writing the document takes longer than reading what is in it."""
    with context.database.read() as tx:
        return Bills(tx).get(caller, product_id, image_id)


def _document(bill: Bill, format_: str, media_type: str) -> Response:
    name = f"{bill.image_name}-{bill.image_version}{FORMATS[format_].suffix}"
    return Response(
        bill_document(bill, format_), media_type=media_type, headers={"Content-Disposition": downloads.saved_as(name)}
    )
