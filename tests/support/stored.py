"""Stored things to test with: an organization with its administrator, a product, an image."""

from dataclasses import dataclass
from pathlib import Path

from pellucid.domain.access import Caller
from pellucid.domain.file import StoredBlob
from pellucid.domain.ids import new_id
from pellucid.domain.image import Image
from pellucid.services.identity import Identity
from pellucid.services.images import Images
from pellucid.services.products import Products
from pellucid.storage.database import Database
from pellucid.storage.repositories.api_clients import ApiClientRepository


@dataclass(frozen=True)
class Stored:
    """Who did it, and what is there."""

    caller: Caller
    product_id: str
    image: Image


def stored_image(database: Database, folder: Path, *, version: str = "1", create_scan: bool = True) -> Stored:
    """A first start, a product and an image whose file is 7 bytes that no store has."""
    with database.begin() as tx:
        credentials = Identity(tx).first_start(folder / "credentials.json")
        assert credentials is not None
        found = ApiClientRepository(tx).with_secret_hash(credentials.client_id)
        assert found is not None
        caller = Identity(tx).caller(found[0].user_id)
        product = Products(tx).create(caller, f"router {new_id()}", "")
    image = another_image(database, caller, product.id, version=version, create_scan=create_scan)
    return Stored(caller, product.id, image)


def another_image(
    database: Database, caller: Caller, product_id: str, *, version: str, create_scan: bool = True
) -> Image:
    with database.begin() as tx:
        return Images(tx).create(
            caller,
            product_id,
            name="router",
            version=version,
            filename="router.bin",
            blob=StoredBlob(sha256="ab" * 32, size=7),
            create_scan=create_scan,
        )
