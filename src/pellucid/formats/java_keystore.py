"""Java key stores, JKS and JCEKS (OpenJDK, sun.security.provider.JavaKeyStore and com.sun.crypto.provider.JceKeyStore).

Certificates lie in them plainly, keys are encrypted; a digest over all with the password shows whether that is right.
"""

import hmac
from hashlib import sha1
from mmap import mmap
from struct import Struct

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import der
from pellucid.formats.span import take, unpack

HEADER = Struct(">III")
LENGTH, SHORT, TIME = Struct(">I"), Struct(">H"), Struct(">Q")
NAMES = {0xFEEDFEED: "jks", 0xCECECECE: "jceks"}
# Magic and version 2, the only one that is written since 1999.
BEGINS = tuple(LENGTH.pack(magic) + LENGTH.pack(2) for magic in NAMES)
KEY, CERTIFICATE, SECRET = 1, 2, 3
DIGEST = 20
SALT_WORDS = b"Mighty Aphrodite"
PROTECTED = "1.3.6.1.4.1.42.2.17.1.1"
MOST_ENTRIES, MOST_CERTIFICATES = 10_000, 64
LONGEST = 1 << 20


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A key with the chain of certificates that belongs to it; `key` is empty for a certificate that is trusted."""

    alias: str
    key: bytes
    chain: tuple[bytes, ...]


class Keystore(msgspec.Struct, frozen=True, kw_only=True):
    """`end` is where it ends, with its digest; `whole` is False when a secret key stands in the way of the rest."""

    format: str
    start: int
    end: int
    entries: tuple[Entry, ...]
    whole: bool = True


def read(data: bytes | mmap, offset: int = 0) -> Keystore:
    """The store at `offset`. Raises Malformed. A secret key does not say how long it is: what follows is not read."""
    magic, version, count = unpack(HEADER, data, offset)
    if magic not in NAMES or version != 2 or count > MOST_ENTRIES:
        raise Malformed("no Java key store")
    entries, at = list[Entry](), offset + HEADER.size
    for _ in range(count):
        try:
            entry, at = _entry(data, at)
        except Unsupported:
            return Keystore(format=NAMES[magic], start=offset, end=len(data), entries=tuple(entries), whole=False)
        entries.append(entry)
    take(data, at, DIGEST)
    return Keystore(format=NAMES[magic], start=offset, end=at + DIGEST, entries=tuple(entries))


def fits(store: Keystore, data: bytes | mmap, password: str) -> bool:
    """Whether `password` is that of the store."""
    content, digest = data[store.start : store.end - DIGEST], data[store.end - DIGEST : store.end]
    hashed = sha1(password.encode("utf-16-be") + SALT_WORDS, usedforsecurity=False)
    hashed.update(content)
    return hmac.compare_digest(hashed.digest(), digest)


def private_key(key: bytes, password: str) -> bytes:
    """The PKCS#8 of a key in a JKS store; Malformed when `password` is not that of the key, or it is of another kind.

    A stream of SHA-1 hides it, and a digest with the password stands behind it (sun.security.provider.KeyProtector).
    """
    fields = list(der.children(key, der.element(key, 0), most=2))
    if [field.tag for field in fields] != [der.SEQUENCE, der.OCTET_STRING]:
        raise Malformed("no key of a JKS store")
    name = next(der.children(key, fields[0], most=2), None)
    content = key[fields[1].content : fields[1].end]
    if name is None or der.oid(key, name) != PROTECTED or len(content) < 2 * DIGEST:
        raise Malformed("no key of a JKS store")
    secret, stream = password.encode("utf-16-be"), content[:DIGEST]
    plain = bytearray()
    for at in range(DIGEST, len(content) - DIGEST, DIGEST):
        stream = sha1(secret + stream, usedforsecurity=False).digest()
        block = content[at : min(at + DIGEST, len(content) - DIGEST)]
        plain += bytes(a ^ b for a, b in zip(block, stream, strict=False))
    if not hmac.compare_digest(sha1(secret + plain, usedforsecurity=False).digest(), content[-DIGEST:]):
        raise Malformed("a wrong password")
    return bytes(plain)


def _entry(data: bytes | mmap, at: int) -> tuple[Entry, int]:
    (kind,) = unpack(LENGTH, data, at)
    alias, at = _text(data, at + LENGTH.size)
    at += TIME.size
    if kind == SECRET:
        raise Unsupported("a secret key")
    if kind not in (KEY, CERTIFICATE):
        raise Malformed("no entry of a Java key store")
    key, count = b"", 1
    if kind == KEY:
        key, at = _bytes(data, at)
        (count,) = unpack(LENGTH, data, at)
        at += LENGTH.size
        if count > MOST_CERTIFICATES:
            raise Malformed("a chain of too many certificates")
    chain = list[bytes]()
    for _ in range(count):
        _, at = _text(data, at)  # X.509, always
        certificate, at = _bytes(data, at)
        chain.append(certificate)
    return Entry(alias=alias, key=key, chain=tuple(chain)), at


def _text(data: bytes | mmap, at: int) -> tuple[str, int]:
    (length,) = unpack(SHORT, data, at)
    end = at + SHORT.size + length
    return take(data, at + SHORT.size, length).decode("utf-8", "replace")[:256], end


def _bytes(data: bytes | mmap, at: int) -> tuple[bytes, int]:
    (length,) = unpack(LENGTH, data, at)
    if length > LONGEST:
        raise Malformed("an entry of a Java key store is too long")
    return take(data, at + LENGTH.size, length), at + LENGTH.size + length
