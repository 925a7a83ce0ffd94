"""Key files of signify, usign and minisign, byte for byte as their programs write them."""

import base64
import hashlib
import struct

from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

KEY_ID = bytes.fromhex("b5043e70f9a75cde")


def halves(key: ed25519.Ed25519PrivateKey) -> tuple[bytes, bytes]:
    seed = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return seed, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def file(comment: str, content: bytes) -> bytes:
    return f"untrusted comment: {comment}\n".encode() + base64.b64encode(content) + b"\n"


def public(key: ed25519.Ed25519PrivateKey, comment: str = "OpenWrt snapshot key") -> bytes:
    return file(comment, b"Ed" + KEY_ID + halves(key)[1])


def secret(key: ed25519.Ed25519PrivateKey, *, rounds: int = 0) -> bytes:
    """Of signify and usign. With `rounds`, what stands for the encrypted bytes is their digest."""
    body = b"".join(halves(key))
    check = hashlib.sha512(body).digest()[:8]
    if rounds:
        body = hashlib.sha512(body).digest()
    return file("signify secret key", b"EdBK" + struct.pack(">I", rounds) + bytes(range(16)) + check + KEY_ID + body)


def minisign(key: ed25519.Ed25519PrivateKey, *, encrypted: bool = False) -> bytes:
    body = KEY_ID + b"".join(halves(key)) + bytes(32)
    if encrypted:
        body = hashlib.shake_256(body).digest(len(body))
    head = b"EdScB2" + bytes(range(32)) + struct.pack("<QQ", 1 << 25, 1 << 30) if encrypted else b"Ed\0\0B2" + bytes(48)
    return file("minisign encrypted secret key", head + body)


def signature() -> bytes:
    return file("signed by key b5043e70f9a75cde", b"Ed" + KEY_ID + bytes(64))
