"""Files: what was uploaded for an image, and what is attached to it."""

from collections.abc import Iterable, Mapping, Sequence

from pellucid.domain import names
from pellucid.domain.access import Caller
from pellucid.domain.file import File, StoredBlob
from pellucid.errors import Detail, InvalidRequest, NotFound
from pellucid.services.vex_queue import queue_reading, require_decider
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.files import FileRepository


class Files:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._files = FileRepository(tx)

    def list(self, product_id: str, image_id: str) -> Sequence[File]:
        """Files of an image, newest first; NotFound when the product has no such image."""
        product_id, image_id = self._image(product_id, image_id)
        return self._files.list(product_id, image_id)

    def get(self, product_id: str, image_id: str, file_id: str) -> File:
        product_id, image_id = self._image(product_id, image_id)
        file_id = names.resource_id(file_id, "fileId")
        file = self._files.get(product_id, image_id, file_id)
        if file is None:
            raise NotFound(f"There is no file {file_id} of this image.")
        return file

    def attach(
        self,
        caller: Caller,
        product_id: str,
        image_id: str,
        *,
        filename: str,
        blob: StoredBlob,
        metadata: Mapping[str, str] | None = None,
    ) -> File:
        """Add a file that is not scanned, such as a datasheet; a VEX document is read. Names may repeat."""
        product_id, image_id = self._image(product_id, image_id)
        metadata = names.metadata(metadata or {})
        require_decider(caller, product_id, metadata)
        file = self._files.add(
            product_id=product_id,
            image_id=image_id,
            filename=names.filename(filename),
            blob=blob,
            author=caller.user,
            is_attachment=True,
            metadata=metadata,
        )
        queue_reading(self._tx, caller, file)
        return file

    def chosen(self, product_id: str, image_id: str, ids: Iterable[str]) -> Sequence[File]:
        """Those files in the order asked for; InvalidRequest when one is unknown."""
        wanted = names.resource_ids(ids)
        by_id = {file.id: file for file in self.list(product_id, image_id)}
        names.refuse_unknown("file", wanted, by_id)
        return [by_id[file_id] for file_id in wanted]

    def delete(self, product_id: str, image_id: str, ids: Iterable[str]) -> Sequence[str]:
        """Delete attachments, all or none; the file that the image was made of stays. Returns the ids."""
        files = self.chosen(product_id, image_id, ids)
        kept = [file for file in files if not file.is_attachment]
        if kept:
            reason = "is the image itself: archive the image instead"
            raise InvalidRequest(
                "Only attachments can be deleted.",
                details=[Detail(reason=f"{file.id} {reason}", field="ids") for file in kept],
            )
        self._files.delete([file.id for file in files])
        return [file.id for file in files]

    def _image(self, product_id: str, image_id: str) -> tuple[str, str]:
        product_id, image_id = names.product_id(product_id), names.resource_id(image_id, "imageId")
        if not self._files.image_exists(product_id, image_id):
            raise NotFound(f"There is no image {image_id} in this product.")
        return product_id, image_id
