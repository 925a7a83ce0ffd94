"""Claims of VEX documents: rows <-> domain."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, exists, insert, or_, select

from pellucid.domain.ids import new_ids
from pellucid.domain.vex_claim import (
    HeldClaim,
    ImageNames,
    Justification,
    ReadStatement,
    VexClaim,
    VexStatus,
    file_name,
)
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.finding_values import fitting
from pellucid.storage.repositories.sightings import seen_as, sighting
from pellucid.storage.rows.file import FileRow
from pellucid.storage.rows.image import ImageRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.scan import ScanRow
from pellucid.storage.rows.vex_claim import VexClaimRow

PIECE = 2_000


class VexClaimRepository:
    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    def put_of_scan(self, scan_id: str, claims: Iterable[VexClaim]) -> None:
        """What the documents in an image say; the document of each is the last part of its path."""
        self._put({"scan_id": scan_id, "file_id": None}, ((file_name(item.evidence.artefact), item) for item in claims))

    def put_of_file(self, file_id: str, filename: str, claims: Iterable[VexClaim]) -> None:
        """What an attachment says now."""
        self._session.execute(delete(VexClaimRow).where(VexClaimRow.file_id == file_id))
        self._put({"scan_id": None, "file_id": file_id}, ((filename, item) for item in claims))

    def hold_images(self, image_ids: Collection[str]) -> None:
        """Let nobody else apply claims to these images until this transaction ends.

        A scan that ends and an attachment that is read at the same time would not see each other. To be asked for
        before findings are written: whoever holds those must not wait for an image.
        """
        query = select(ImageRow.id).where(ImageRow.id.in_(image_ids)).order_by(ImageRow.id)
        self._session.execute(query.with_for_update(key_share=True)).all()

    def hold_images_of(self, scan_ids: Collection[str]) -> None:
        """The same for the images of scans."""
        self.hold_images(set(self._session.scalars(select(ScanRow.image_id).where(ScanRow.id.in_(scan_ids)))))

    def for_scan(self, scan_id: str) -> Sequence[HeldClaim]:
        """Those that count for a scan: of what it found, and of what is attached to its image."""
        row = VexClaimRow
        image = select(ScanRow.image_id).where(ScanRow.id == scan_id).scalar_subquery()
        attached = select(FileRow.id).where(FileRow.image_id == image, FileRow.is_attachment.is_(True))
        counts = or_(row.scan_id == scan_id, row.file_id.in_(attached))
        if not self._session.scalar(select(exists().where(counts))):
            return ()
        query = (
            select(row, FileRow.create_time, ScanRow.create_time)
            .outerjoin(FileRow, FileRow.id == row.file_id)
            .outerjoin(ScanRow, ScanRow.id == row.scan_id)
            .where(counts)
            .order_by(row.id)
        )
        return [_to_domain(claim, given or scanned) for claim, given, scanned in self._session.execute(query)]

    def image_of(self, scan_id: str) -> ImageNames:
        """What documents may call the image of a scan."""
        query = (
            select(ImageRow.name, ImageRow.version, ProductRow.name, FileRow.filename, FileRow.sha256)
            .select_from(ScanRow)
            .join(ImageRow, ImageRow.id == ScanRow.image_id)
            .join(ProductRow, ProductRow.id == ScanRow.product_id)
            .join(FileRow, FileRow.id == ScanRow.file_id)
            .where(ScanRow.id == scan_id)
        )
        name, version, product, filename, sha256 = self._session.execute(query).one()
        return ImageNames(name=name, version=version, product=product, filename=filename, sha256=sha256)

    def _put(self, owner: dict[str, str | None], named: Iterable[tuple[str, VexClaim]]) -> None:
        values = ({"id": id_, **owner, **_values(*pair)} for pair, id_ in zip(named, new_ids(), strict=False))
        while piece := list(islice(values, PIECE)):
            self._session.execute(insert(VexClaimRow), piece)


def _values(document: str, claim: VexClaim) -> dict[str, Any]:
    said = claim.statement
    texts = {
        "document": document,
        "author": claim.author,
        "status": said.status,
        "justification": said.justification or "",
        "note": said.note,
    }
    return fitting(VexClaimRow, texts) | {
        "names": list(said.names),
        "products": list(said.products),
        "since": said.since,
        "evidence": sighting(claim.evidence),
    }


def _to_domain(row: VexClaimRow, received: datetime) -> HeldClaim:
    statement = ReadStatement(
        names=tuple(row.names),
        status=VexStatus(row.status),
        products=tuple(row.products),
        justification=Justification(row.justification) if row.justification else None,
        note=row.note,
        since=row.since,
    )
    claim = VexClaim(statement=statement, author=row.author, evidence=seen_as(row.evidence))
    return HeldClaim(claim=claim, document=row.document, attached=row.file_id is not None, received=received)
