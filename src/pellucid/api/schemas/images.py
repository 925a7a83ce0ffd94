"""Images and their counts on the wire."""

from pellucid.api.links import Links
from pellucid.api.schemas.files import File
from pellucid.api.schemas.scans import Scan
from pellucid.api.schemas.users import User
from pellucid.api.schemas.wire import Time, Wire
from pellucid.domain import image
from pellucid.domain.finding import FindingType


class FindingTypeCount(Wire):
    type: FindingType
    count: int


class ImageCounts(Wire):
    """The seven counts; `finding_type_counts` has only types that occur, in the contract's order."""

    new_escalations_count: int
    dependencies_count: int
    cryptographic_assets_count: int
    finding_type_counts: list[FindingTypeCount]
    kev: int
    expired_certificates_count: int
    unsafe_functions_count: int

    @classmethod
    def of(cls, value: image.ImageCounts) -> "ImageCounts":
        types = value.finding_types
        return cls(
            new_escalations_count=value.new_escalations,
            dependencies_count=value.dependencies,
            cryptographic_assets_count=value.cryptographic_assets,
            finding_type_counts=[FindingTypeCount(type=key, count=types[key]) for key in FindingType if types.get(key)],
            kev=value.kev,
            expired_certificates_count=value.expired_certificates,
            unsafe_functions_count=value.unsafe_functions,
        )


class Image(Wire):
    """`scans` newest first; `latest_scan` is the first of them."""

    id: str
    name: str
    version: str
    parent: str
    create_time: Time
    author: User
    files: list[File]
    scans: list[Scan]
    latest_scan: Scan | None
    is_archived: bool
    counts: ImageCounts | None

    @classmethod
    def of(cls, value: image.Image, links: Links) -> "Image":
        scans = [Scan.of(scan) for scan in value.scans]
        return cls(
            id=value.id,
            name=value.name,
            version=value.version,
            parent=value.parent,
            create_time=value.create_time,
            author=User.of(value.author),
            files=[File.of(file, links) for file in value.files],
            scans=scans,
            latest_scan=scans[0] if scans else None,
            is_archived=value.is_archived,
            counts=ImageCounts.of(value.counts) if value.counts else None,
        )


class Images(Wire):
    images: list[Image]


class ImageChange(Wire):
    """What is absent or null stays as it is."""

    name: str | None = None
    version: str | None = None
