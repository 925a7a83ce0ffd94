"""What Authenticode signs of a PE image (Microsoft, "Windows Authenticode Portable Executable Signature Format")."""

import hashlib

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import cms, der, pe
from pellucid.formats.span import PIECE, Data, let_go, take

INDIRECT_DATA = "1.3.6.1.4.1.311.2.1.4"
NESTED_SIGNATURE = "1.3.6.1.4.1.311.2.4.1"
TIME_STAMP = "1.3.6.1.4.1.311.3.3.1"
DIGESTS = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The digest of the image that a signature states; `algorithm` is a name of hashlib's."""

    algorithm: str
    digest: bytes


def signed(content: bytes) -> Signed:
    """What the SpcIndirectDataContent, whose inner bytes these are, says of the image. Raises Malformed."""
    fields = _elements(content, der.SEQUENCE, der.SEQUENCE)
    info = list(der.children(content, fields[1], most=2))
    if [item.tag for item in info] != [der.SEQUENCE, der.OCTET_STRING]:
        raise Malformed("a signature without the digest of an image")
    named = next(der.children(content, info[0], most=2), None)
    algorithm = DIGESTS.get(der.oid(content, named)) if named else None
    if algorithm is None:
        raise Malformed("a signature with a digest of an unknown algorithm")
    return Signed(algorithm=algorithm, digest=content[info[1].content : info[1].end])


def digest(data: Data, image: pe.Image, algorithm: str) -> bytes:
    """The digest of an image: all but its checksum, where its signatures are, and they themselves. Raises Malformed."""
    at, size = image.directory(pe.CERTIFICATES)
    place = image.directories_at + pe.DIRECTORY.size * pe.CERTIFICATES
    end = at if at and size else len(data)
    if not place + pe.DIRECTORY.size <= end <= len(data):
        raise Malformed("signatures in the headers of an image")
    found = hashlib.new(algorithm, usedforsecurity=False)
    found.update(take(data, 0, image.checksum_at))
    found.update(take(data, image.checksum_at + 4, place - image.checksum_at - 4))
    for start in range(place + pe.DIRECTORY.size, end, PIECE):
        found.update(data[start : min(start + PIECE, end)])
        let_go(data, start, start + PIECE)
    if not at:
        # As it is when a signature is put behind it.
        found.update(bytes(-end % 8))
    return found.digest()


def unsigned_bytes(data: Data, image: pe.Image) -> int:
    """How many bytes stand behind the signatures, which no digest of them covers."""
    at, size = image.directory(pe.CERTIFICATES)
    return max(len(data) - at - size, 0) if at and size else 0


def nested(signer: cms.Signer) -> list[bytes]:
    """Further signatures that are attached to one, each a message in DER."""
    return [value for name, value in signer.unsigned if name == NESTED_SIGNATURE]


def _elements(content: bytes, *tags: int) -> list[der.Element]:
    """Elements one behind the other that fill `content`, of these kinds. Raises Malformed."""
    found, at = list[der.Element](), 0
    for tag in tags:
        found.append(der.element(content, at))
        at = found[-1].end
        if found[-1].tag != tag:
            raise Malformed("no content of a signature of an image")
    return found
