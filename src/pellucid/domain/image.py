"""Images: versions of a product's firmware or software, as uploaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pellucid.domain.file import File
from pellucid.domain.finding import FindingType
from pellucid.domain.scan import Scan
from pellucid.domain.user import User


@dataclass(frozen=True, kw_only=True)
class ImageCounts:
    """The seven counts of the v4 contract, of the newest scan that is done."""

    new_escalations: int = 0
    dependencies: int = 0
    cryptographic_assets: int = 0
    finding_types: Mapping[FindingType, int] = field(default_factory=dict)
    kev: int = 0
    expired_certificates: int = 0
    unsafe_functions: int = 0


@dataclass(frozen=True, kw_only=True)
class Image:
    """`files` and `scans` newest first."""

    id: str
    product_id: str
    name: str
    version: str
    author: User
    create_time: datetime
    is_archived: bool = False
    files: tuple[File, ...] = ()
    scans: tuple[Scan, ...] = ()
    counts: ImageCounts | None = None

    @property
    def parent(self) -> str:
        return f"products/{self.product_id}"

    @property
    def resource_name(self) -> str:
        return f"products/{self.product_id}/images/{self.id}"
