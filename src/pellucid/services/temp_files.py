"""Temporary files: an upload in two steps, first the bytes, then the image that takes them."""

from datetime import UTC, datetime, timedelta

from pellucid.domain import names
from pellucid.domain.access import Caller
from pellucid.domain.file import StoredBlob, TempFile
from pellucid.errors import Conflict, NotFound
from pellucid.services.products import Products
from pellucid.storage.database import Transaction
from pellucid.storage.repositories.temp_files import TempFileRepository

URL_SECONDS = 3600.0
KEEP = timedelta(days=1)  # how long uploaded bytes wait for an image


class TempFiles:
    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._temp_files = TempFileRepository(tx)

    def create(self, caller: Caller, product_id: str, *, lifetime: float = URL_SECONDS) -> TempFile:
        """A place for one upload, to be begun within `lifetime` seconds."""
        product = Products(self._tx).get(caller, product_id)
        expires = datetime.now(UTC) + timedelta(seconds=lifetime)
        return self._temp_files.add(product_id=product.id, author=caller.user, expires=expires)

    def get(self, temp_file_id: str) -> TempFile:
        """NotFound when there is none; to be asked before bytes are taken in."""
        temp_file_id = names.resource_id(temp_file_id, "tempFileId")
        temp_file = self._temp_files.get(temp_file_id)
        if temp_file is None:
            raise NotFound(f"There is no temporary file {temp_file_id}: ask for a new upload URL.")
        return temp_file

    def receive(self, temp_file_id: str, blob: StoredBlob) -> TempFile:
        """The bytes are there; they are kept for a day. Conflict when they were there before.

        The time limit is that of the signed URL, which is checked when an upload begins: a slow one may end later.
        """
        temp_file = self.get(temp_file_id)
        if not self._temp_files.fill(temp_file.id, blob, datetime.now(UTC) + KEEP):
            raise Conflict("This temporary file was uploaded before: ask for a new upload URL.")
        return self.get(temp_file.id)

    def take(self, product_id: str, temp_file_id: str) -> StoredBlob:
        """The uploaded bytes, for one image: Conflict when they are not there yet, expired or taken already."""
        temp_file = self.get(temp_file_id)
        if temp_file.product_id != names.product_id(product_id):
            raise NotFound(f"There is no temporary file {temp_file.id} for this product.")
        if temp_file.used:
            raise Conflict("This temporary file belongs to an image already: upload the bytes again.")
        if temp_file.expires <= datetime.now(UTC):
            raise Conflict("This temporary file has expired: ask for a new upload URL and upload again.")
        if temp_file.blob is None:
            raise Conflict("Nothing was uploaded to this temporary file yet: PUT the bytes to its upload URL first.")
        if not self._temp_files.use(temp_file.id):
            raise Conflict("This temporary file belongs to an image already: upload the bytes again.")
        return temp_file.blob
