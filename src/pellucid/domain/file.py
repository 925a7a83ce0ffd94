"""Files: what users upload, as the API knows them (the bytes are in the blob store)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pellucid.domain.user import User


@dataclass(frozen=True, kw_only=True)
class StoredBlob:
    """Bytes that are safely in the blob store. `sha256` is lower-case hex."""

    sha256: str
    size: int


@dataclass(frozen=True, kw_only=True)
class File:
    """An uploaded file of an image: the image itself, or an attachment to it."""

    id: str
    product_id: str
    image_id: str
    filename: str
    blob: StoredBlob
    author: User
    create_time: datetime
    is_attachment: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def parent(self) -> str:
        return f"products/{self.product_id}/images/{self.image_id}"


@dataclass(frozen=True, kw_only=True)
class TempFile:
    """A place that one upload may be put to, until `expires`; `blob` once it has been, `used` once an image has it."""

    id: str
    product_id: str
    create_time: datetime
    expires: datetime
    author: User
    blob: StoredBlob | None = None
    used: bool = False
