"""Path parameters, checked: ULIDs in capital letters."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator

from pellucid.domain import names


def _checked(field: str) -> AfterValidator:
    return AfterValidator(lambda text: names.resource_id(text, field))


ProductId = Annotated[str, Path(alias="productId"), _checked("productId")]
ImageId = Annotated[str, Path(alias="imageId"), _checked("imageId")]
ScanId = Annotated[str, Path(alias="scanId"), _checked("scanId")]
FindingId = Annotated[str, Path(alias="findingId"), _checked("findingId")]
FileId = Annotated[str, Path(alias="fileId"), _checked("fileId")]
TempFileId = Annotated[str, Path(alias="tempFileId"), _checked("tempFileId")]
WebhookId = Annotated[str, Path(alias="webhookId"), _checked("webhookId")]
VulnerabilityId = Annotated[str, Path(alias="vulnerabilityId"), _checked("vulnerabilityId")]
DeliveryId = Annotated[str, Path(alias="deliveryId"), _checked("deliveryId")]
# No ULID: the scan's, and the number of the place in its tree.
ComponentId = Annotated[str, Path(alias="componentId")]
# The same of a cryptographic asset.
AssetId = Annotated[str, Path(alias="assetId")]
