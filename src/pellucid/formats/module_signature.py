"""Signatures of modules of the Linux kernel (include/linux/module_signature.h; before 4.3, kernel/module_signing.c)."""

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import cms, der, x500_name
from pellucid.formats.elf_layout import SIGNATURE, SIGNED, module_signature
from pellucid.formats.span import Data, take

PKCS7 = 2
LONGEST = 120
COMMON_NAME = "2.5.4.3"
# enum pkey_hash_algo, as signatures before 4.3 name what was signed.
OLD_DIGESTS = ("md4", "md5", "sha1", "ripemd160", "sha256", "sha384", "sha512", "sha224")
DIGESTS = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.8": "sha3-256",
    "2.16.840.1.101.3.4.2.9": "sha3-384",
    "2.16.840.1.101.3.4.2.10": "sha3-512",
}


class ModuleSignature(msgspec.Struct, frozen=True, kw_only=True):
    """Where a signature begins; `digest` in lower case, or an object identifier; `signer` is who signed, as a text."""

    at: int
    digest: str
    signer: str


def read(data: Data) -> ModuleSignature | None:
    """The signature behind a module, None where there is none. Raises Malformed for one that is not whole."""
    if data[-len(SIGNED) :] != SIGNED:
        return None
    at, size = module_signature(data)
    if not size:
        raise Malformed("the signature of a module has an impossible size")
    head = take(data, len(data) - len(SIGNED) - SIGNATURE.size, SIGNATURE.size)
    if head[2] != PKCS7:
        name = take(data, at - head[3] - head[4], head[3]) if at >= head[3] + head[4] else b""
        digest = OLD_DIGESTS[head[1]] if head[1] < len(OLD_DIGESTS) else ""
        return ModuleSignature(at=at, digest=digest, signer=name.decode("utf-8", "replace")[:LONGEST])
    message = cms.read(data, der.element(data, at, limit=at + size))
    if not message.signers:
        raise Malformed("the signature of a module names nobody")
    signer = message.signers[0]
    return ModuleSignature(at=at, digest=DIGESTS.get(signer.digest, signer.digest), signer=_named(signer))


def _named(signer: cms.Signer) -> str:
    """By the common name of who issued the certificate, with its number; or by the key."""
    if not signer.issuer:
        return f"key {signer.key_id.hex()}"[:LONGEST]
    pairs = [pair for group in x500_name.attributes(signer.issuer) for pair in group]
    name = next((text for kind, text in pairs if kind == COMMON_NAME), "")
    return f"{name[:LONGEST]}, certificate {signer.serial:x}".removeprefix(", ")[: 2 * LONGEST]
