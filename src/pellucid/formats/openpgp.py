"""Keys of OpenPGP (RFC 9580; version 5 as LibrePGP has it): their numbers, who they are of, and until when."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import md5, sha1, sha256
from struct import Struct

import msgspec
from msgspec import structs

from pellucid.errors import Malformed
from pellucid.formats.openpgp_packets import Packet, Tag
from pellucid.formats.span import take, unpack

LENGTH, SHORT = Struct(">I"), Struct(">H")
RSA, ELGAMAL, DSA, ECDH, ECDSA, EDDSA = (1, 2, 3), 16, 17, 18, 19, 22
X25519, X448, ED25519, ED448 = 25, 26, 27, 28
# Numbers of a public key, by algorithm; bytes, where it is no number.
NUMBERS = {1: 2, 2: 2, 3: 2, ELGAMAL: 3, DSA: 4}
NATIVE = {X25519: 32, X448: 56, ED25519: 32, ED448: 57}
CURVES = (ECDH, ECDSA, EDDSA)
SECRET = (Tag.SECRET_KEY, Tag.SECRET_SUBKEY)
SUBKEYS = (Tag.SECRET_SUBKEY, Tag.PUBLIC_SUBKEY)
KEYS = (Tag.SECRET_KEY, Tag.PUBLIC_KEY, *SUBKEYS)
# Signatures that a key makes about itself: on a user id, directly, on a subkey.
CERTIFICATIONS, DIRECT, BINDING = (0x10, 0x11, 0x12, 0x13), 0x1F, 0x18
CREATED, EXPIRES, ISSUER, ISSUER_FINGERPRINT = 2, 9, 16, 33
# GnuPG's mark of a secret key whose secret part lies elsewhere.
ELSEWHERE = b"GNU"
LONGEST_USER_ID = 256
MOST_SUBKEYS = 1000
# 1990 and 2100: a key was made between them.
OLDEST, NEWEST = 631_152_000, 4_102_444_800


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """`fields` are the numbers of a key, big-endian, or its point; `curve` is an object identifier in its bytes.

    Times are seconds since 1970; `expires` is 0 without an end. `public` is the body of the public key packet.
    """

    at: int
    version: int
    algorithm: int
    created: int
    fingerprint: str
    public: bytes
    fields: tuple[bytes, ...] = ()
    curve: bytes = b""
    secret: bool = False
    encrypted: bool = False
    subkey: bool = False
    user_id: str = ""
    expires: int = 0

    @property
    def key_id(self) -> str:
        """The short form of the fingerprint that signatures carry."""
        return self.fingerprint[:16] if self.version > 4 else self.fingerprint[-16:]


def keys(packets: Iterable[Packet]) -> Iterator[Key]:
    """Every key and subkey, with the first user id and the expiry that its latest own signature says.

    Raises Malformed after the last that could be read; keys of unknown kinds are left out.
    """
    block = _Block()
    try:
        for packet in packets:
            if packet.tag in (Tag.PUBLIC_KEY, Tag.SECRET_KEY):
                yield from block.keys
                block = _Block()
            block.add(packet)
    except Malformed:
        yield from block.keys
        raise
    yield from block.keys


class _Block:
    """A key, its subkeys, and what was said of them so far."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self._latest: dict[int, int] = {}
        self._unknown = self._named = False

    def add(self, packet: Packet) -> None:
        if packet.tag in KEYS:
            if len(self.keys) >= MOST_SUBKEYS:
                raise Malformed("an OpenPGP key with too many subkeys")
            self._unknown = True
            with suppress(Malformed):
                key = read(packet)
                self.keys.append(structs.replace(key, user_id=self.keys[0].user_id) if self.keys else key)
                self._unknown = False
        elif not self.keys:
            return
        elif packet.tag == Tag.USER_ID and not self._named:
            self._named = True
            name = packet.body[:LONGEST_USER_ID].decode("utf-8", "replace")
            self.keys = [structs.replace(key, user_id=name) for key in self.keys]
        elif packet.tag == Tag.SIGNATURE and not self._unknown:
            self._expiry(packet.body)

    def _expiry(self, signature: bytes) -> None:
        """Take the expiry over from a signature that the key made itself, unless a later one was seen."""
        try:
            kind, said = _subpackets(signature)
        except Malformed:
            return
        primary = self.keys[0]
        issuer = said.get(ISSUER, b"").hex() or said.get(ISSUER_FINGERPRINT, b"")[1:].hex()
        if issuer not in (primary.key_id, primary.fingerprint):
            return
        if kind in CERTIFICATIONS or (kind == DIRECT and EXPIRES in said):
            number = 0
        elif kind == BINDING and len(self.keys) > 1:
            number = len(self.keys) - 1
        else:
            return
        made = int.from_bytes(said.get(CREATED, b""), "big")
        if made >= self._latest.get(number, 0):
            self._latest[number] = made
            seconds = int.from_bytes(said.get(EXPIRES, b"")[:4], "big")
            key = self.keys[number]
            self.keys[number] = structs.replace(key, expires=key.created + seconds if seconds else 0)


def read(packet: Packet) -> Key:
    """The key in a key packet. Raises Malformed."""
    body = packet.body
    version = take(body, 0, 1)[0]
    if version not in (2, 3, 4, 5, 6):
        raise Malformed("an OpenPGP key of an unknown version")
    created = unpack(LENGTH, body, 1)[0]
    at = 7 if version < 4 else 5
    algorithm, at = take(body, at, 1)[0], at + 1
    end = None
    if version > 4:
        end = at + LENGTH.size + unpack(LENGTH, body, at)[0]
        at += LENGTH.size
    curve, fields, found = _material(body, at, algorithm, end)
    public, rest = take(body, 0, found), body[found:]
    if bool(rest) != (packet.tag in SECRET) or not OLDEST <= created <= NEWEST:
        raise Malformed("no OpenPGP key")
    secret = packet.tag in SECRET and not _is_elsewhere(rest)
    days = SHORT.unpack_from(body, 5)[0] if version < 4 else 0
    return Key(
        at=packet.at,
        version=version,
        algorithm=algorithm,
        created=created,
        fingerprint=_fingerprint(version, public, fields),
        public=public,
        fields=fields,
        curve=curve,
        secret=secret,
        encrypted=secret and rest[:1] != b"\0",
        subkey=packet.tag in SUBKEYS,
        expires=created + days * 86400 if days else 0,
    )


def _material(body: bytes, at: int, algorithm: int, end: int | None) -> tuple[bytes, tuple[bytes, ...], int]:
    """(curve, fields, where the public part ends)."""
    curve, fields = b"", list[bytes]()
    if algorithm in NATIVE:
        fields, at = [take(body, at, NATIVE[algorithm])], at + NATIVE[algorithm]
    elif algorithm in NUMBERS:
        for _ in range(NUMBERS[algorithm]):
            number, at = _number(body, at)
            fields.append(number)
    elif algorithm in CURVES:
        length = take(body, at, 1)[0]
        curve = take(body, at + 1, length)
        point, at = _number(body, at + 1 + length)
        fields = [point]
        if algorithm == ECDH:
            at += 1 + take(body, at, 1)[0]
    elif end is None:
        raise Malformed(f"an OpenPGP key of an unknown kind, {algorithm}")
    if end is not None and fields and at != end:
        raise Malformed("an OpenPGP key that is not as long as it says")
    return curve, tuple(fields), at if end is None else end


def _number(body: bytes, at: int) -> tuple[bytes, int]:
    bits = unpack(SHORT, body, at)[0]
    size = -(-bits // 8)
    number = take(body, at + SHORT.size, size)
    if int.from_bytes(number, "big").bit_length() != bits:
        raise Malformed("a number of an OpenPGP key that is not as long as it says")
    return number, at + SHORT.size + size


def _is_elsewhere(rest: bytes) -> bool:
    """Whether there is no secret part: usage, cipher, then a string-to-key specifier of GnuPG's own."""
    return rest[:1] in (b"\xfd", b"\xfe", b"\xff") and ELSEWHERE in rest[2:8]


def _fingerprint(version: int, public: bytes, fields: tuple[bytes, ...]) -> str:
    if version < 4:
        return md5(b"".join(fields), usedforsecurity=False).hexdigest()
    if version == 4:
        return sha1(b"\x99" + SHORT.pack(len(public) & 0xFFFF) + public, usedforsecurity=False).hexdigest()
    return sha256((b"\x9a" if version == 5 else b"\x9b") + LENGTH.pack(len(public)) + public).hexdigest()


def _subpackets(body: bytes) -> tuple[int, dict[int, bytes]]:
    """(kind of signature, subpackets by their type) of a signature of version 4 to 6. Raises Malformed."""
    version, kind = take(body, 0, 2)
    if version not in (4, 5, 6):
        raise Malformed("an old signature")
    size = LENGTH if version == 6 else SHORT
    found, at = dict[int, bytes](), 4
    for _ in ("hashed", "not hashed"):
        end = at + size.size + unpack(size, body, at)[0]
        at += size.size
        take(body, at, end - at)
        while at < end:
            length, at = _subpacket_length(body, at)
            content = take(body, at, length)
            found.setdefault(content[0] & 0x7F if content else 0, content[1:])
            at += length
        at = end
    return kind, found


def _subpacket_length(body: bytes, at: int) -> tuple[int, int]:
    first = take(body, at, 1)[0]
    if first < 192:
        return first, at + 1
    if first < 255:
        return ((first - 192) << 8) + take(body, at + 1, 1)[0] + 192, at + 2
    return unpack(LENGTH, body, at + 1)[0], at + 5
