"""Reports on the findings of images: everything that filters let through, whatever pages a grid would have."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pellucid.domain.access import Caller, Scope
from pellucid.domain.grid import Filter, GridQuery
from pellucid.domain.image import Image
from pellucid.domain.product_finding import ProductFinding
from pellucid.domain.scan import ScanStateType
from pellucid.domain.severity import Severity
from pellucid.errors import NotReady
from pellucid.services.images import Images
from pellucid.services.products import Products
from pellucid.storage.database import Transaction
from pellucid.storage.listings.finding_grid import finding_grid

NOT_YET = "No scan of this image has finished yet: ask again when one is done."
PIECE = 500


@dataclass(frozen=True, kw_only=True)
class ImageReport:
    """`counts` are those of all findings that the filters let through, also of those on other pages."""

    image: Image
    findings: Sequence[ProductFinding]
    counts: Mapping[Severity, int]


class FindingReports:
    """What the newest finished scan of an image found, for documents."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, caller: Caller, product_id: str, image_id: str, wanted: GridQuery, *, whole: bool) -> ImageReport:
        """Findings of the image's newest finished scan; NotReady when none has finished.

        `whole`: all of them, the worst first unless sorted otherwise, and not only one page.
        """
        product = Products(self._tx).get(caller, product_id)
        image = Images(self._tx).get(product.id, image_id)
        if not any(scan.latest_state.type is ScanStateType.DONE for scan in image.scans):
            raise NotReady(NOT_YET)
        here = Filter(field="imageId", comparator="equals", value=image.id)
        query = replace(wanted, filters=[*wanted.filters, here])
        scope = Scope(org_id=caller.org.id, product_ids=frozenset([product.id]))
        everything: list[ProductFinding] = []
        while True:
            page = finding_grid(self._tx, scope, replace(query, offset=len(everything), size=PIECE))
            everything += page.rows
            if len(everything) >= page.total or not page.rows:
                break
        counts = Counter(finding.severity for finding in everything)
        shown = everything if whole else everything[wanted.offset : wanted.offset + wanted.size]
        return ImageReport(image=image, findings=shown, counts=counts)
