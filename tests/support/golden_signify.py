"""Golden inputs with keys of signify, usign and minisign."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ed25519
from tests.support import signify_files
from tests.support.golden_case import Case

UNIT = "crypto/signify_keys"


def cases() -> Iterator[Case]:
    one, other = (ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))
    yield Case(f"{UNIT}/public", signify_files.public(one), "a key that packages of OpenWrt are checked with")
    two = signify_files.public(one) + b"\n" + signify_files.public(other, "second").replace(b"\n", b"\r\n")
    yield Case(f"{UNIT}/text", b"# who may\n" + two, "two keys in a text, one with CRLF")
    yield Case(f"{UNIT}/secret", signify_files.secret(one), "a secret key of usign, which has no password")
    yield Case(f"{UNIT}/secret-locked", signify_files.secret(one, rounds=42), "a secret key of signify with a password")
    yield Case(f"{UNIT}/minisign", signify_files.minisign(one), "a secret key of minisign without a password")
    locked = signify_files.minisign(one, encrypted=True)
    yield Case(f"{UNIT}/minisign-locked", locked, "a secret key of minisign with a password")
    yield Case(f"{UNIT}/signature", signify_files.signature(), "a signature, which is no key")
    program = b"\0untrusted comment: %s\nverify with %s\n\0" + signify_files.public(one)[:60]
    yield Case(f"{UNIT}/names", program, "what a program has of it, and a key without its end")
