"""Scans: start one, follow it, stop it."""

from collections import defaultdict
from collections.abc import Sequence

from pellucid.domain.access import Caller
from pellucid.domain.image import ImageCounts
from pellucid.domain.problem import Problem
from pellucid.domain.progress import Progress
from pellucid.domain.scan import Scan, ScanStateType
from pellucid.errors import Conflict, Detail, InvalidRequest, NotFound
from pellucid.storage.database import Transaction
from pellucid.storage.listings.image_counts import image_counts
from pellucid.storage.listings.scan_problems import scan_problems
from pellucid.storage.repositories.files import FileRepository
from pellucid.storage.repositories.jobs import Jobs
from pellucid.storage.repositories.scans import ScanRepository

SCAN_JOB = "scan"


class Scans:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._scans = ScanRepository(tx)

    def start(self, caller: Caller, product_id: str, image_id: str) -> Scan:
        """Queue a scan of the image's file; the job is written with it, so that it cannot be lost."""
        files = FileRepository(self._tx).list(product_id, image_id)
        uploaded = [file for file in files if not file.is_attachment]
        if not uploaded:
            raise NotFound("There is no such image in this product, or it has no file to scan.")
        scan_id = self._scans.add(product_id=product_id, image_id=image_id, file_id=uploaded[0].id, author=caller.user)
        Jobs(self._tx).put(SCAN_JOB, scan_id)
        return self.get(product_id, image_id, scan_id)

    def list(self, product_id: str, image_id: str) -> list[Scan]:
        """Scans of an image, newest first; NotFound when the product has no such image."""
        if not FileRepository(self._tx).image_exists(product_id, image_id):
            raise NotFound("There is no such image in this product.")
        return self._scans.of_images([image_id])

    def get(self, product_id: str, image_id: str, scan_id: str) -> Scan:
        scan = self._scans.get(scan_id)
        if scan is None or (scan.product_id, scan.image_id) != (product_id, image_id):
            raise NotFound("There is no such scan of this image.")
        return scan

    def set_state(self, caller: Caller, product_id: str, image_id: str, scan_id: str, state: ScanStateType) -> Scan:
        """Cancel a scan: the only state that a user may set. Cancelling a cancelled scan changes nothing."""
        if state is not ScanStateType.CANCELLED:
            reason = "Only 'cancelled' can be set; the other states are Pellucid's to report."
            raise InvalidRequest(details=[Detail(field="type", reason=reason)])
        scan = self.get(product_id, image_id, scan_id)
        current = scan.latest_state.type
        if current is ScanStateType.CANCELLED:
            return scan
        if current.is_final:
            raise Conflict(f"The scan is {current} already: there is nothing left to cancel.")
        Jobs(self._tx).remove(SCAN_JOB, scan_id)
        note = f"cancelled by {caller.user.email}"
        self._scans.enter(scan_id, ScanStateType.CANCELLED, author=caller.user, note=note)
        return self.get(product_id, image_id, scan_id)

    def progress(self, scan_id: str) -> Progress:
        return self._scans.progress(scan_id)

    def problems(
        self, product_id: str, image_id: str, scan_id: str, *, after: int, most: int
    ) -> Sequence[tuple[int, Problem]]:
        """What the scan could not read, and why, with numbers to go on from; empty before it has ended."""
        scan = self.get(product_id, image_id, scan_id)
        return scan_problems(self._tx, scan.id, after=after, most=most)

    def of_images(self, image_ids: Sequence[str]) -> dict[str, tuple[Scan, ...]]:
        """Scans by image id, newest first, in one query."""
        by_image: dict[str, list[Scan]] = defaultdict(list)
        for scan in self._scans.of_images(image_ids):
            by_image[scan.image_id].append(scan)
        return {image_id: tuple(by_image[image_id]) for image_id in image_ids}

    def counts(self, image_ids: Sequence[str]) -> dict[str, ImageCounts]:
        return image_counts(self._tx, image_ids)
