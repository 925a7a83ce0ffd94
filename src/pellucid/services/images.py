"""Images: take an upload in, list, change, archive."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pellucid.domain import names
from pellucid.domain.access import Caller
from pellucid.domain.file import StoredBlob
from pellucid.domain.image import Image
from pellucid.errors import Conflict, NotFound
from pellucid.services.products import Products
from pellucid.services.scans import Scans
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.files import FileRepository
from pellucid.storage.repositories.images import ImageRepository


class Images:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._images = ImageRepository(tx)
        self._files = FileRepository(tx)
        self._scans = Scans(tx)

    def create(
        self,
        caller: Caller,
        product_id: str,
        *,
        name: str,
        version: str,
        filename: str,
        blob: StoredBlob,
        create_scan: bool = True,
    ) -> Image:
        """A new image of the uploaded bytes, with its scan when wanted; carries counts.

        Conflict when the product has an image of this name and version, or is archived.
        """
        product = Products(self._tx).get(caller, product_id)
        if product.is_archived:
            raise Conflict("The product is archived: unarchive it before you add images to it.")
        image = self._images.add(
            product_id=product.id,
            name=names.name(name, "imageName"),
            version=names.name(version, "version"),
            author=caller.user,
        )
        self._files.add(
            product_id=product.id,
            image_id=image.id,
            filename=names.filename(filename),
            blob=blob,
            author=caller.user,
            is_attachment=False,
        )
        if create_scan:
            self._scans.start(caller, product.id, image.id)
        return self.get(product.id, image.id, with_counts=True)

    def ensure_free(self, product_id: str, name: str, version: str) -> None:
        """Conflict when the product has an image of this name and version now; `create` has the last word."""
        self._images.ensure_free(names.product_id(product_id), name, version)

    def get(self, product_id: str, image_id: str, *, with_counts: bool = False) -> Image:
        """Archived or not, with files and scans."""
        image_id = names.resource_id(image_id, "imageId")
        image = self._images.get(names.product_id(product_id), image_id)
        if image is None:
            raise NotFound(f"There is no image {image_id} in this product.")
        return self._complete([image], with_counts=with_counts)[0]

    def list(self, product_id: str, *, with_counts: bool = True) -> Sequence[Image]:
        """All images of a product, archived ones too, newest first, with files and scans."""
        return self._complete(self._images.of_product(names.product_id(product_id)), with_counts=with_counts)

    def update(self, product_id: str, image_id: str, *, name: str | None = None, version: str | None = None) -> Image:
        """Change what is not None. Conflict when the product has an image of both."""
        image = self.get(product_id, image_id)
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = names.name(name)
        if version is not None:
            values["version"] = names.name(version, "version")
        if values:
            self._images.change(image.id, values)
        return self.get(image.product_id, image.id)

    def archive(self, product_id: str, ids: Iterable[str]) -> Sequence[str]:
        """All of them or, when one is unknown, none. Returns the ids."""
        return self._set_archived(product_id, ids, archived=True)

    def unarchive(self, product_id: str, ids: Iterable[str]) -> Sequence[str]:
        """As `archive`."""
        return self._set_archived(product_id, ids, archived=False)

    def _set_archived(self, product_id: str, ids: Iterable[str], *, archived: bool) -> Sequence[str]:
        chosen = names.resource_ids(ids)
        names.refuse_unknown("image", chosen, self._images.known(names.product_id(product_id), chosen))
        self._images.set_archived(chosen, archived=archived)
        return chosen

    def _complete(self, images: Sequence[Image], *, with_counts: bool) -> Sequence[Image]:
        """The same images with what other tables know of them: one query a table, however many images."""
        ids = [image.id for image in images]
        files = self._files.of_images(ids)
        scans = self._scans.of_images(ids)
        counts = self._scans.counts(ids) if with_counts else {}
        return [
            replace(image, files=files[image.id], scans=scans.get(image.id, ()), counts=counts.get(image.id))
            for image in images
        ]
