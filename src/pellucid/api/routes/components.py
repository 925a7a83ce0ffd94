"""Components of a scan: the tree of everything that was found in the image, and single places of it."""

from collections.abc import Iterator, Sequence

from fastapi import Response
from fastapi.responses import StreamingResponse

from pellucid.api import context as contexts
from pellucid.api.dependencies import Components, Context, Scans
from pellucid.api.parameters import ComponentId, ImageId, ProductId, ScanId
from pellucid.api.router import ContractRouter
from pellucid.api.schemas import components as schemas
from pellucid.domain.component_tree import TreeComponent
from pellucid.services import components as services

router = ContractRouter()

PIECE = 1000


@router.operation("ListComponents")
def list_components(
    product_id: ProductId, image_id: ImageId, scan_id: ScanId, scans: Scans, context: Context
) -> Response:
    scan = scans.get(product_id, image_id, scan_id)
    return StreamingResponse(schemas.tree(_pieces(context, scan.id)), media_type="application/json")


@router.operation("GetComponent")
def get_component(
    product_id: ProductId, image_id: ImageId, scan_id: ScanId, component_id: ComponentId, components: Components
) -> schemas.Component:
    return schemas.Component.of(components.get(product_id, image_id, scan_id, component_id))


def _pieces(context: contexts.Context, scan_id: str) -> Iterator[Sequence[TreeComponent]]:
    """A transaction a piece: the result of a scan never changes, and a slow client must not keep one open."""
    after = -1
    while True:
        with context.database.read() as tx:
            piece = services.Components(tx).piece(scan_id, after=after, most=PIECE)
        if not piece:
            return
        yield piece
        after = piece[-1].number
