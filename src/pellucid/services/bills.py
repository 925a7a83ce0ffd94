"""Bills of materials of images: what their newest finished scan found, with the names that people gave them."""

import pellucid
from pellucid.domain.access import Caller
from pellucid.domain.bill import Bill, coverage_of, subject_of
from pellucid.domain.image import Image
from pellucid.domain.scan import Scan, ScanStateType
from pellucid.errors import NotFound, NotReady
from pellucid.services.images import Images
from pellucid.services.products import Products
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.files import FileRepository
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.scans import ScanRepository

NOT_YET = "The scan of this image has not finished yet: ask again when it is done."
NO_SCAN = "This image has no finished scan: start one."


class Bills:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, caller: Caller, product_id: str, image_id: str) -> Bill:
        """The same for the same scan, however often. NotReady when no scan of the image has finished."""
        product = Products(self._tx).get(caller, product_id)
        image = Images(self._tx).get(product.id, image_id)
        scan = _newest_finished(image)
        file = FileRepository(self._tx).get(product.id, image.id, ScanRepository(self._tx).file_of(scan.id))
        if file is None:
            raise NotFound("The file that was scanned is not there any more.")
        results = ScanResultRepository(self._tx)
        kind, artefacts = results.extent(scan.id)
        return Bill(
            image_name=image.name,
            file_name=file.filename,
            file_size=file.blob.size,
            file_sha256=file.blob.sha256,
            created=scan.latest_state.create_time,
            tool_version=pellucid.__version__,
            product=product.name,
            author=caller.org.name,
            image_version=image.version,
            subject=subject_of(kind, contains=artefacts > 1),
            dependencies=tuple(results.dependencies(scan.id)),
            components=tuple(results.components(scan.id)),
            links=tuple(results.links(scan.id)),
            coverage=coverage_of(results.problems(scan.id), artefacts),
        )


def _newest_finished(image: Image) -> Scan:
    for scan in image.scans:
        if scan.latest_state.type is ScanStateType.DONE:
            return scan
    running = any(not scan.latest_state.type.is_final for scan in image.scans)
    raise NotReady(NOT_YET if running else NO_SCAN)
