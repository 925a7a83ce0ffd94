"""Key stores of BouncyCastle, BKS of version 1 and 2, and UBER (org.bouncycastle.jcajce.provider.keystore.bc).

Certificates lie in a BKS plainly, keys are sealed one by one, and an HMAC over all entries shows whether a password is
right. Of a UBER all is encrypted, to the end of the file.
"""

import hmac
from mmap import mmap
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import password_based
from pellucid.formats.span import take, unpack

BEGINNING = Struct(">II20sI")
LENGTH, SHORT, TIME = Struct(">I"), Struct(">H"), Struct(">Q")
SALT, DIGEST, BLOCK = 20, 20, 16
BEGINS = tuple(LENGTH.pack(version) + LENGTH.pack(SALT) for version in (1, 2))
END, CERTIFICATE, KEY, SECRET, SEALED = range(5)
PRIVATE = 0
# What BouncyCastle itself refuses to exceed, and what it writes.
MOST_ROUNDS, WRITTEN_ROUNDS = 65_536, range(1024, 2048)
MOST_ENTRIES, MOST_CERTIFICATES = 10_000, 64
LONGEST, LONGEST_UBER = 1 << 20, 64 << 20
LATEST = 1 << 43
"""Milliseconds since 1970, in the year 2248."""
LEAST_DISTINCT = 10
"""Different bytes in a salt, which is random: fewer are no salt."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """`sealed` is an encrypted key with its salt and rounds; empty for all other entries. `chain` holds DER."""

    alias: str
    sealed: bytes
    chain: tuple[bytes, ...]


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """`format` is "bks" or "uber"; `start` and `end` are offsets, and the entries begin at `content`."""

    format: str
    version: int
    start: int
    content: int
    end: int
    salt: bytes
    rounds: int
    entries: tuple[Entry, ...] = ()


def begins(data: bytes | mmap, offset: int) -> bool:
    """Whether a store could begin there, as far as its first 32 bytes tell."""
    try:
        _beginning(data, offset)
    except Malformed:
        return False
    return True


def _beginning(data: bytes | mmap, offset: int) -> tuple[int, bytes, int]:
    """(version, salt, rounds)"""
    version, length, salt, rounds = unpack(BEGINNING, data, offset)
    if version not in (1, 2) or length != SALT or not 0 < rounds <= MOST_ROUNDS or len(set(salt)) < LEAST_DISTINCT:
        raise Malformed("no key store of BouncyCastle")
    return version, salt, rounds


def read(data: bytes | mmap, offset: int = 0) -> Store:
    """The BKS at `offset`, or the UBER that `data` is. Raises Malformed, also for a store without entries."""
    version, salt, rounds = _beginning(data, offset)
    content = offset + BEGINNING.size
    try:
        entries, end = _entries(data, content)
    except Malformed:
        hidden = len(data) - content
        whole = not offset and version == 1 and 0 < hidden <= LONGEST_UBER and hidden % BLOCK == 0
        if not whole or rounds not in WRITTEN_ROUNDS:
            raise
        return Store(format="uber", version=1, start=0, content=content, end=len(data), salt=salt, rounds=rounds)
    return Store(
        format="bks",
        version=version,
        start=offset,
        content=content,
        end=end,
        salt=salt,
        rounds=rounds,
        entries=entries,
    )


def fits(store: Store, data: bytes | mmap, password: str) -> bool:
    """Whether `password` is that of a BKS; takes `store.rounds` hashes. None is, of a UBER."""
    if store.format != "bks":
        return False
    # Version 1 takes the number of bits of its key for that of bytes, so that all but 16 bits are missing.
    size = DIGEST if store.version == 2 else DIGEST // 8
    key = password_based.derive(
        "sha1", password or None, store.salt, store.rounds, purpose=password_based.MAC, length=size
    )
    return hmac.compare_digest(
        hmac.digest(key, data[store.content : store.end - DIGEST], "sha1"), data[store.end - DIGEST : store.end]
    )


def sealing(sealed: bytes) -> tuple[password_based.Scheme, bytes]:
    """(how it is encrypted, the encrypted bytes) of a sealed key. Raises Malformed."""
    salt, at = _bytes(sealed, 0)
    (rounds,) = unpack(LENGTH, sealed, at)
    if len(salt) != SALT or not 0 < rounds <= MOST_ROUNDS:
        raise Malformed("a sealed key that is none")
    scheme = password_based.Scheme(cipher="3des", key_length=24, salt=salt, rounds=rounds)
    return scheme, sealed[at + LENGTH.size :]


def unsealed(plain: bytes) -> bytes:
    """The PKCS#8 of a decrypted key; empty when it is a public or a secret one. Raises Malformed."""
    kind, encoded, end = _key(plain, 0)
    if end != len(plain):
        raise Malformed("a sealed key with something behind it")
    return encoded if kind == PRIVATE else b""


def _entries(data: bytes | mmap, at: int) -> tuple[tuple[Entry, ...], int]:
    found = list[Entry]()
    while (kind := take(data, at, 1)[0]) != END:
        if kind > SEALED or len(found) >= MOST_ENTRIES:
            raise Malformed("no entry of a BKS")
        entry, at = _entry(data, at + 1, kind)
        found.append(entry)
    if not found:
        raise Malformed("a BKS without entries")
    take(data, at + 1, DIGEST)
    return tuple(found), at + 1 + DIGEST


def _entry(data: bytes | mmap, at: int, kind: int) -> tuple[Entry, int]:
    alias, at = _text(data, at)
    time, count = *unpack(TIME, data, at), *unpack(LENGTH, data, at + TIME.size)
    if time > LATEST or count > MOST_CERTIFICATES:
        raise Malformed("no entry of a BKS")
    at += TIME.size + LENGTH.size
    chain, sealed = list[bytes](), b""
    for _ in range(count + (kind == CERTIFICATE)):
        _, at = _text(data, at)  # X.509, always
        certificate, at = _bytes(data, at)
        chain.append(certificate)
    if kind == KEY:
        _, _, at = _key(data, at)
    elif kind != CERTIFICATE:
        content, at = _bytes(data, at)
        sealed = content if kind == SEALED else b""
    return Entry(alias=alias, sealed=sealed, chain=tuple(chain)), at


def _key(data: bytes | mmap, at: int) -> tuple[int, bytes, int]:
    """(kind, encoded key, where it ends); its format and its algorithm, as texts, stand between."""
    kind = take(data, at, 1)[0]
    _, at = _text(data, at + 1)
    _, at = _text(data, at)
    encoded, at = _bytes(data, at)
    return kind, encoded, at


def _text(data: bytes | mmap, at: int) -> tuple[str, int]:
    (length,) = unpack(SHORT, data, at)
    end = at + SHORT.size + length
    return take(data, at + SHORT.size, length).decode("utf-8", "replace")[:256], end


def _bytes(data: bytes | mmap, at: int) -> tuple[bytes, int]:
    (length,) = unpack(LENGTH, data, at)
    if length > LONGEST:
        raise Malformed("an entry of a BKS is too long")
    return take(data, at + LENGTH.size, length), at + LENGTH.size + length
