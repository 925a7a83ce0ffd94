"""Public keys of SSH as they go over the wire, and in Base64 as files have them.

RFC 4253 (6.6), RFC 5656 (3.1), RFC 8709 (4); OpenSSH's PROTOCOL.certkeys and PROTOCOL.u2f; RFC 4716 for lines.
"""

import base64
import re
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack

LENGTH = Struct(">I")
TERM = Struct(">QI")
VALIDITY = Struct(">QQ")
CERTIFICATE = "-cert-v01@openssh.com"
# Strings and numbers of a public key, by its name.
FIELDS = {
    "ssh-rsa": 2,
    "ssh-dss": 4,
    "ssh-ed25519": 1,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
    "sk-ssh-ed25519@openssh.com": 2,
    "sk-ecdsa-sha2-nistp256@openssh.com": 3,
}
CERTIFICATES = {name.removesuffix("@openssh.com") + CERTIFICATE: name for name in FIELDS}
NAMES = (*FIELDS, *CERTIFICATES)
PREFIXES = tuple(LENGTH.pack(len(name)) + name.encode() for name in NAMES)
# What the Base64 of a key begins with, as far as it depends on nothing behind the name.
IN_BASE64 = tuple(base64.b64encode(prefix)[: len(prefix) * 8 // 6] for prefix in PREFIXES)
LONGEST_FIELD = 8 << 10
LONGEST_TEXT = 24 << 10
LONGEST_LINE = 96
MOST_LINES = 200
MOST_PRINCIPALS = 256
FOREVER = 2**64 - 1
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_LINE_END = re.compile(rb"\r?\n|\\\r?\n")


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What an authority says of a key. Times are seconds since 1970; `before` is FOREVER without an end."""

    serial: int
    for_host: bool
    key_id: str
    principals: tuple[str, ...]
    after: int
    before: int
    authority: bytes
    signature: str


class PublicKey(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is that of a plain key, `fields` its strings and numbers; the encoded key ends at `end`."""

    name: str
    fields: tuple[bytes, ...]
    end: int
    certificate: Certificate | None = None


def read(data: Data, offset: int = 0) -> PublicKey:
    """The key at `offset`. Raises Malformed, Truncated when it is cut off."""
    raw, at = string(data, offset)
    named = raw.decode("ascii", "replace")
    name = CERTIFICATES.get(named, named)
    if name not in FIELDS:
        raise Malformed("no SSH key of a known kind")
    if named in CERTIFICATES:
        _, at = string(data, at)  # a nonce
    fields, at = strings(data, at, FIELDS[name])
    if named not in CERTIFICATES:
        return PublicKey(name=name, fields=fields, end=at)
    certificate, at = _certificate(data, at)
    return PublicKey(name=name, fields=fields, end=at, certificate=certificate)


def read_text(data: Data, offset: int) -> tuple[PublicKey, bytes, int]:
    """(key, its bytes, where the text ends) of Base64 at `offset`, on one line or wrapped. Raises Malformed."""
    lines = _base64(bytes(data[offset : offset + LONGEST_TEXT]))
    joined = b"".join(text for text, _ in lines)
    encoded = base64.b64decode(joined[: len(joined) // 4 * 4])
    key = read(encoded)
    left = -(-key.end // 3) * 4
    for text, end in lines:
        left -= len(text)
        if left <= 0:
            return key, encoded[: key.end], offset + end
    raise Malformed("Base64 that is no SSH key")


def _base64(text: bytes) -> list[tuple[bytes, int]]:
    """(Base64, where it ends) of the first line, and of those below it if it is short enough to be one of several."""
    lines, at = list[tuple[bytes, int]](), 0
    while found := _BASE64.match(text, at):
        lines.append((found[0], found.end()))
        line_end = _LINE_END.match(text, found.end())
        alone = len(found[0]) > LONGEST_LINE or found[0].endswith(b"=")
        if line_end is None or alone or len(lines) >= MOST_LINES:
            break
        at = line_end.end()
    return lines


def string(data: Data, offset: int) -> tuple[bytes, int]:
    """(string or number, where it ends). Raises Malformed above 8 KiB."""
    (length,) = unpack(LENGTH, data, offset)
    if length > LONGEST_FIELD:
        raise Malformed("a field of an SSH key is too long")
    return take(data, offset + LENGTH.size, length), offset + LENGTH.size + length


def strings(data: Data, offset: int, count: int) -> tuple[tuple[bytes, ...], int]:
    """`count` strings or numbers, and where they end."""
    found = []
    for _ in range(count):
        field, offset = string(data, offset)
        found.append(field)
    return tuple(found), offset


def _certificate(data: Data, at: int) -> tuple[Certificate, int]:
    serial, kind = unpack(TERM, data, at)
    if kind not in (1, 2):
        raise Malformed("an SSH certificate for neither users nor hosts")
    (key_id, principals), at = strings(data, at + TERM.size, 2)
    after, before = unpack(VALIDITY, data, at)
    # Critical options, extensions and a reserved field stand before the authority's key.
    (_, _, _, authority, signature), at = strings(data, at + VALIDITY.size, 5)
    names, place = list[str](), 0
    while place < len(principals) and len(names) < MOST_PRINCIPALS:
        raw, place = string(principals, place)
        names.append(raw.decode("utf-8", "replace"))
    certificate = Certificate(
        serial=serial,
        for_host=kind == 2,
        key_id=key_id.decode("utf-8", "replace"),
        principals=tuple(names),
        after=after,
        before=before,
        authority=authority,
        signature=string(signature, 0)[0].decode("ascii", "replace"),
    )
    return certificate, at
