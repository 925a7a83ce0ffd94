"""Single crypto assets: their bytes, as far as they are public and were kept."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from pellucid.blobs.local import LocalBlobs
from pellucid.domain.component_tree import number_in
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.file import File
from pellucid.errors import Malformed, NotFound, PermissionDenied
from pellucid.formats import ber, der, pem
from pellucid.services.scans import Scans
from pellucid.storage.database import Transaction
from pellucid.storage.listings.scan_places import tree_component
from pellucid.storage.repositories.files import FileRepository
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.scans import ScanRepository

PERMISSION = "files.download"
REFUSED = "Private keys are given to nobody: see where it lies, its type and its fingerprint."
NOT_KEPT = "The bytes of this asset were not kept: it lies in a file that was unpacked for the scan."
SUFFIXES = {CryptoKind.CERTIFICATE: ".cer", CryptoKind.PKCS7: ".p7b"}


@dataclass(frozen=True, kw_only=True)
class Original:
    """An asset, and where its bytes can be read in the uploaded file; `offset` None: nowhere."""

    asset: CryptoAsset
    file: File | None
    offset: int | None


def is_there(asset: CryptoAsset, *, in_image: bool) -> bool:
    """Whether it can be downloaded. `in_image`: it lies in the uploaded file itself, and not in what came out of it."""
    if asset.kind is CryptoKind.PUBLIC_KEY:
        return bool(asset.public_key)
    if asset.kind is CryptoKind.CERTIFICATE and asset.certificate:
        return True
    return in_image and asset.kind in SUFFIXES and asset.encoding in (Encoding.PEM, Encoding.DER)


class CryptoAssets:
    """Those of one scan, by the id that a grid gives them."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def original(self, product_id: str, image_id: str, scan_id: str, asset_id: str) -> Original:
        """NotFound when the scan has no such asset, PermissionDenied when it is a private key, for whoever asks."""
        scan = Scans(self._tx).get(product_id, image_id, scan_id)
        number = number_in(scan.id, asset_id)
        places: Sequence[CryptoAsset] = ()
        if number is not None:
            places = ScanResultRepository(self._tx).crypto_asset(scan.id, number)
        if not places:
            raise NotFound(f"There is no cryptographic asset {asset_id[:64]!r} in this scan.")
        if places[0].kind in (CryptoKind.PRIVATE_KEY, CryptoKind.KEYSTORE):
            raise PermissionDenied(REFUSED, permission=PERMISSION, resource_name=f"products/{product_id}")
        image = tree_component(self._tx, scan.id, 0)
        inside = [item for item in places if image and item.evidence.artefact == image.path]
        file = FileRepository(self._tx).get(product_id, image_id, ScanRepository(self._tx).file_of(scan.id))
        return Original(asset=places[0], file=file, offset=inside[0].evidence.offset if inside else None)


def content_of(original: Original, blobs: LocalBlobs) -> tuple[bytes, str]:
    """The bytes, and a name for them: DER of what the fingerprint belongs to, PEM of a public key.

    NotFound when they were not kept, or are not there any more.
    """
    asset = original.asset
    if asset.kind is CryptoKind.PUBLIC_KEY:
        _checked(base64.b64decode(asset.public_key), asset)
        lines = [asset.public_key[start : start + 64] for start in range(0, len(asset.public_key), 64)]
        text = "\n".join(("-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""))
        return text.encode("ascii"), f"{asset.fingerprint[:16]}.pem"
    name = f"{asset.fingerprint[:16]}{SUFFIXES.get(asset.kind, '')}"
    if asset.kind is CryptoKind.CERTIFICATE and asset.certificate:
        return _checked(base64.b64decode(asset.certificate), asset), name
    if original.offset is None or original.file is None or not is_there(asset, in_image=True):
        raise NotFound(NOT_KEPT)
    return _checked(_read(blobs, original.file, original.offset, asset.encoding), asset), name


def _checked(content: bytes, asset: CryptoAsset) -> bytes:
    """Nothing is given that is not what its fingerprint says."""
    if sha256(content).hexdigest() != asset.fingerprint:
        raise NotFound(NOT_KEPT)
    return content


def _read(blobs: LocalBlobs, file: File, offset: int, encoding: Encoding) -> bytes:
    if not blobs.exists(file.blob.sha256):
        raise NotFound("The bytes of the image are not in the store any more.")
    with blobs.open(file.blob.sha256) as source:
        source.seek(offset)
        data = source.read(pem.LONGEST if encoding is Encoding.PEM else der.LONGEST)
    try:
        encoded = pem.read(data, 0).content if encoding is Encoding.PEM else data
        return encoded[: _end(encoded)]
    except Malformed:
        raise NotFound(NOT_KEPT) from None


def _end(encoded: bytes) -> int:
    """Where the element that `encoded` begins with ends. Raises Malformed."""
    try:
        return der.element(encoded, 0).end
    except Malformed:
        return ber.convert(encoded, 0, ber.Work(), der.LONGEST).end
