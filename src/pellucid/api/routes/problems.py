"""What a scan could not read, and why. Ours: the contract has no word for it."""

from typing import Annotated

from fastapi import Query

from pellucid.api.dependencies import Scans
from pellucid.api.parameters import ImageId, ProductId, ScanId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import problems as schemas

router = ContractRouter()

PATH = "/api/v4/products/{productId}/images/{imageId}/scans/{scanId}/problems"


@router.own("ListScanProblems", "GET", PATH, permission="products.view", tag="Scan")
def list_scan_problems(
    *,
    product_id: ProductId,
    image_id: ImageId,
    scan_id: ScanId,
    scans: Scans,
    after: Annotated[int, Query(ge=-1, le=1 << 31)] = -1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> schemas.Problems:
    """Pages go on from the number of the last problem: `after`."""
    found = scans.problems(product_id, image_id, scan_id, after=after, most=limit)
    return schemas.Problems(problems=[schemas.Problem.of(number, problem) for number, problem in found])
