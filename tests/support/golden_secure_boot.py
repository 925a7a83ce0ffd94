"""Golden inputs of the variables of Secure Boot."""

import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.serialization import Encoding
from tests.support.golden_case import Case
from tests.support.signed_pe import SIGNER, certificate_of
from tests.support.uefi_images import signature_list

from pellucid.formats.uefi.secure_boot import SHA256, X509

KEYS, REVOKED = "hardening/secure_boot_keys", "hardening/secure_boot_revocations"
SOMEBODY = "11111111-2222-3333-4444-555555555555"


def cases() -> Iterator[Case]:
    kek = _keys("Microsoft Corporation KEK CA 2011", "Somebody")
    yield Case(f"{KEYS}/ending", kek, "a KEK with the certificate of 2011, by its name, and one of somebody else")
    db = _keys("Microsoft Windows Production PCA 2011", "Windows UEFI CA 2023", "Microsoft UEFI CA 2023")
    yield Case(f"{KEYS}/renewed", db, "a db with certificates of 2023, by their names")
    yield Case(f"{KEYS}/broken", kek[:-1], "a KEK that is cut off")
    empty = signature_list(SHA256, hashlib.sha256(b"").digest(), owner=SOMEBODY)
    yield Case(f"{REVOKED}/empty", empty, "a dbx with nothing but the digest of no bytes")
    yield Case(f"{REVOKED}/old", _revoked(217), "a dbx with as many digests as that of August 2022 for x86-64")
    yield Case(f"{REVOKED}/some", _revoked(77), "a dbx with a number of digests that means nothing by itself")
    yield Case(f"{REVOKED}/recent", _revoked(371), "a dbx with as many digests as that of May 2023 for x86-64")
    yield Case(f"{REVOKED}/broken", empty[:-1], "a dbx that is cut off")


def _keys(*names: str) -> bytes:
    certificates = (certificate_of(name, SIGNER, None, 2027).public_bytes(Encoding.DER) for name in names)
    return b"".join(signature_list(X509, encoded) for encoded in certificates)


def _revoked(count: int) -> bytes:
    return signature_list(SHA256, *(hashlib.sha256(b"%d" % number).digest() for number in range(count)))
