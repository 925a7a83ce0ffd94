"""Scans: start one, follow it, stop it."""

from typing import Annotated

from fastapi import Depends, Query, Request

from pellucid.api.dependencies import Caller, Images, Scans
from pellucid.api.errors import answer_instead
from pellucid.api.parameters import ImageId, ProductId, ScanId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import scans as schemas

router = ContractRouter()


def _polled(
    request: Request,
    caller: Caller,
    product_id: ProductId,
    image_id: ImageId,
    *,
    status: Annotated[bool, Query()] = False,
) -> bool:
    """Whether a polling script asks. It gets an answer to read even when the state cannot be read now."""
    if status:
        entry = schemas.Scan.unavailable(caller.user, f"products/{product_id}/images/{image_id}")
        one = "scanId" in request.path_params
        answer_instead(request, entry if one else schemas.Scans(scans=[entry]))
    return status


Status = Annotated[bool, Depends(_polled)]


@router.operation("ListScans")
def list_scans(product_id: ProductId, image_id: ImageId, status: Status, scans: Scans, images: Images) -> schemas.Scans:
    found = scans.list(product_id, image_id)
    if status and not found:
        return schemas.Scans(scans=[schemas.Scan.absent(images.get(product_id, image_id))])
    return schemas.Scans(scans=[schemas.Scan.of(scan, status=status) for scan in found])


@router.operation("CreateScan")
def create_scan(product_id: ProductId, image_id: ImageId, caller: Caller, scans: Scans) -> schemas.Scan:
    return schemas.Scan.of(scans.start(caller, product_id, image_id))


@router.operation("GetScan")
def get_scan(product_id: ProductId, image_id: ImageId, scan_id: ScanId, status: Status, scans: Scans) -> schemas.Scan:
    return schemas.Scan.of(scans.get(product_id, image_id, scan_id), status=status)


@router.operation("CreateScanState")
def create_scan_state(
    *,
    product_id: ProductId,
    image_id: ImageId,
    scan_id: ScanId,
    caller: Caller,
    scans: Scans,
    body: schemas.NewScanState,
) -> schemas.Scan:
    return schemas.Scan.of(scans.set_state(caller, product_id, image_id, scan_id, body.type))
