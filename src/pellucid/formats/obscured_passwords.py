"""Passwords that are obscured in a way that everybody can undo: they are as good as in clear.

Type 7 of Cisco IOS; cpassword of Group Policy Preferences ([MS-GPPREF] 2.2.1.1.4); Windows Setup ("Value" of
AdministratorPassword, Unattended Windows Setup Reference); Basic (RFC 7617); the file of VNC's password.
"""

import base64
import binascii

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pellucid.errors import Malformed

# The key that [MS-GPPREF] prints.
CPASSWORD_KEY = bytes.fromhex("4e9906e8fcb66cc9faf49310620ffee8f496e806cc057990209b09a433b66c1b")
# What routers of Cisco have mixed passwords of type 7 with since IOS 8; published many times since 1995.
TYPE_7 = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
# The key of VNC (vncauth.c of the first release, 1998), with the bits of each byte the other way round, as DES has it.
VNC_KEY = bytes.fromhex("e84ad660c4721ae0")
# What setup appends to a password before it encodes it.
APPENDED = ("AdministratorPassword", "Password")
BLOCK = 16
VNC_BLOCK = 8


def cisco_7(value: bytes) -> bytes:
    """Two decimal digits, where in the table to begin, and the password mixed with it, in hex."""
    try:
        start, body = int(value[:2]), bytes.fromhex(value[2 : len(value) // 2 * 2].decode("ascii"))
    except ValueError as error:
        raise Malformed("no password of type 7") from error
    return _printable(bytes(byte ^ TYPE_7[(start + at) % len(TYPE_7)] for at, byte in enumerate(body)))


def cpassword(value: bytes) -> bytes:
    """AES-256 in CBC mode with a published key and no initialisation vector, of UTF-16; UTF-8 comes back."""
    content = decoded(value.rstrip(b"="))
    if not content or len(content) % BLOCK:
        raise Malformed("no cpassword")
    decryptor = Cipher(algorithms.AES(CPASSWORD_KEY), modes.CBC(bytes(BLOCK))).decryptor()
    plain = decryptor.update(content) + decryptor.finalize()
    return _of_utf_16(plain[: -plain[-1]])


def unattend(value: bytes) -> bytes:
    """Base64 of UTF-16 with the name of the setting behind it."""
    text = _of_utf_16(decoded(value))
    for word in APPENDED:
        if text.endswith(word.encode()) and text != word.encode():
            return text.removesuffix(word.encode())
    raise Malformed("no encoded password of Windows Setup")


def basic(value: bytes) -> tuple[bytes, bytes]:
    """(user, password) from base64 of both with a colon between them."""
    user, colon, password = _printable(decoded(value)).partition(b":")
    if not colon or not user or not password:
        raise Malformed("no user and password")
    return user, password


def vnc(value: bytes) -> bytes:
    """The first 8 bytes: DES with a key that everybody knows; a password of up to 8 characters, filled up with NUL."""
    if len(value) < VNC_BLOCK:
        raise Malformed("no password of VNC")
    decryptor = Cipher(TripleDES(VNC_KEY * 3), modes.ECB()).decryptor()  # noqa: S305  # what VNC does is to be undone
    plain = decryptor.update(value[:VNC_BLOCK]) + decryptor.finalize()
    password = plain.rstrip(b"\0")
    return _printable(password)


def decoded(part: bytes) -> bytes:
    """Base64 with its padding or without; b"" for what is none."""
    try:
        return base64.b64decode(part + b"=" * (-len(part) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _of_utf_16(content: bytes) -> bytes:
    try:
        text = content.decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise Malformed("no UTF-16") from error
    if not text or not text.isprintable():
        raise Malformed("no text")
    return text.encode()


def _printable(plain: bytes) -> bytes:
    if not plain or not plain.isascii() or not plain.decode("ascii").isprintable():
        raise Malformed("not printable")
    return plain
