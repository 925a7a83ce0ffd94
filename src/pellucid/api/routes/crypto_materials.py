"""The report on cryptographic materials: what outlasts quantum computers, for programs and as tables to save."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response

from pellucid.api import downloads, tables
from pellucid.api.dependencies import Caller, Context
from pellucid.api.parameters import ImageId, ProductId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import crypto_materials as schemas
from pellucid.services.crypto_materials import CryptoMaterials
from pellucid.services.crypto_materials_document import materials_document

router = ContractRouter()

Mode = Annotated[Literal["pqc-compliance"], Query()]
ContentType = Annotated[Literal["pdf", "json", "xml", "csv", "md"], Query(alias="contentType")]


@router.operation("CryptographicMaterialsReport")
def materials_report(
    *,
    product_id: ProductId,
    image_id: ImageId,
    caller: Caller,
    context: Context,
    request: Request,
    mode: Mode,  # noqa: ARG001 (there is one, and a request must name it)
    content_type: ContentType,
) -> Response:
    word = tables.format_of(request, content_type, ("json", "csv", "md", "xml", "pdf"))
    with context.database.read() as tx:
        report = CryptoMaterials(tx).get(caller, product_id, image_id)
    name = f"{report.image.name}-{report.image.version}-cryptography"
    if word == "json":
        document = schemas.MaterialsImage.of(report).model_dump_json(by_alias=True, exclude_none=True)
        headers = {"Content-Disposition": downloads.saved_as(f"{name}.json")}
        return Response(document, media_type="application/json", headers=headers)
    if word == "pdf":
        return tables.pdf(name, materials_document(report))
    return tables.table(
        word, name, schemas.TABLE, (schemas.table_row(item, report.judged) for item in report.materials)
    )
