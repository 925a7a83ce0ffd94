"""Keys of signify, usign and minisign: a comment and a line in Base64 (signify(1); minisign, "Signature format").

OpenBSD and OpenWrt sign their packages with them. They are all of Ed25519, and not told apart where they look the same.
"""

import base64
import binascii
from mmap import mmap

import msgspec

from pellucid.errors import Malformed

BEGIN = b"untrusted comment: "
ED25519 = b"Ed"
LONGEST_COMMENT, LONGEST_LINE = 1024, 256
PUBLIC, SIGNIFY_SECRET, MINISIGN_SECRET = 42, 104, 158
# How a secret key is protected: signify by rounds of bcrypt (none without a password), minisign by scrypt or not.
BCRYPT, SCRYPT, PLAIN = b"BK", b"Sc", b"\0\0"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """`encoded` is what stands in Base64. `key_id` (8 bytes) and `public` (32) are empty where they are encrypted."""

    comment: str
    encoded: bytes
    key_id: bytes
    public: bytes
    secret: bool
    encrypted: bool
    end: int


def read(data: bytes | mmap, offset: int) -> Key:
    """The key whose comment begins at `offset`. Raises Malformed; so do signatures, which look alike."""
    text = bytes(data[offset : offset + len(BEGIN) + LONGEST_COMMENT + LONGEST_LINE])
    comment, newline, rest = text.partition(b"\n")
    line = rest.partition(b"\n")[0]
    if not comment.startswith(BEGIN) or not newline or len(comment) > len(BEGIN) + LONGEST_COMMENT:
        raise Malformed("no comment in front of a key of signify")
    end = offset + len(comment) + 1 + len(line)
    try:
        encoded = base64.b64decode(line.strip(b"\r\0 "), validate=True)
    except binascii.Error as error:
        raise Malformed("no Base64 behind the comment of a key of signify") from error
    key_id, public, encrypted = _parts(encoded)
    return Key(
        comment=comment[len(BEGIN) :].decode("utf-8", "replace").strip(),
        encoded=encoded,
        key_id=key_id,
        public=public,
        secret=len(encoded) != PUBLIC,
        encrypted=encrypted,
        end=end,
    )


def _parts(encoded: bytes) -> tuple[bytes, bytes, bool]:
    """(identifier, public half, whether it is encrypted); the public half stands behind the secret one."""
    if encoded[:2] == ED25519:
        protection = encoded[2:4]
        if len(encoded) == PUBLIC:
            return encoded[2:10], encoded[10:], False
        if len(encoded) == SIGNIFY_SECRET and protection == BCRYPT:
            encrypted = any(encoded[4:8])
            return encoded[32:40], b"" if encrypted else encoded[72:104], encrypted
        if len(encoded) == MINISIGN_SECRET and protection == SCRYPT:
            return b"", b"", True
        if len(encoded) == MINISIGN_SECRET and protection == PLAIN:
            return encoded[54:62], encoded[94:126], False
    raise Malformed("no key of signify")
