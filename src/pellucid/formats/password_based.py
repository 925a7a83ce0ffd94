"""Password-based encryption of PKCS#12 stores and PKCS#8 keys (RFC 7292, appendix B; RFC 8018).

How many rounds a derivation takes is part of a `Scheme`, so that whoever decrypts can refuse before it begins.
"""

import tomllib
from functools import cache
from hashlib import new, pbkdf2_hmac
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import der, rc2

PBES2, PBKDF2 = "1.2.840.113549.1.5.13", "1.2.840.113549.1.5.12"
KEY, IV, MAC = 1, 2, 3
"""What bytes are derived for (RFC 7292, B.3)."""
LONGEST_SALT = 1024


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """How bytes are encrypted. `prf` is empty for the derivation of PKCS#12; then `iv` is derived too."""

    cipher: str
    key_length: int
    salt: bytes
    rounds: int
    prf: str = ""
    iv: bytes = b""


@cache
def table() -> dict[str, Any]:
    """password_based.toml."""
    text = Path(__file__).with_name("password_based.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def read(data: bytes, algorithm: der.Element) -> Scheme:
    """The scheme that an AlgorithmIdentifier names. Raises Malformed, Unsupported for others."""
    name, parameters = _pair(data, algorithm, der.SEQUENCE)
    if name == PBES2:
        return _pbes2(data, parameters)
    found = table()["pkcs12"].get(name)
    if found is None:
        raise Unsupported(f"encrypted with {name}")
    salt, rounds = _tags(data, parameters, der.OCTET_STRING, der.INTEGER)
    return Scheme(cipher=found["cipher"], key_length=found["key"], salt=_salt(data, salt), rounds=_rounds(data, rounds))


def decrypt(scheme: Scheme, password: str | None, encrypted: bytes) -> bytes:
    """Plain bytes; Malformed when the password is wrong, as far as that shows. None is no password, not an empty one.

    Takes about a second for a million rounds.
    """
    iv = scheme.iv
    if scheme.prf:
        secret = (password or "").encode("utf-8")
        key = pbkdf2_hmac(scheme.prf, secret, scheme.salt, scheme.rounds, scheme.key_length)
    else:
        key = derive("sha1", password, scheme.salt, scheme.rounds, purpose=KEY, length=scheme.key_length)
        iv = derive("sha1", password, scheme.salt, scheme.rounds, purpose=IV, length=8)
    plain = _plain(scheme.cipher, key, iv, encrypted)
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= 16 or plain[-padding:] != bytes([padding]) * padding:
        raise Malformed("a wrong password")
    return plain[:-padding]


def derive(digest: str, password: str | None, salt: bytes, rounds: int, *, purpose: int, length: int) -> bytes:
    """The derivation of PKCS#12 (RFC 7292, B.2)."""
    block = 128 if digest in ("sha384", "sha512") else 64
    secret = b"" if password is None else (password + "\0").encode("utf-16-be")
    mixed = _filled(salt, block) + _filled(secret, block)
    derived = b""
    while len(derived) < length:
        value = bytes([purpose]) * block + mixed
        for _ in range(rounds):
            value = new(digest, value, usedforsecurity=False).digest()
        derived += value
        added = int.from_bytes(_filled(value, block)[:block], "big") + 1
        parts = (int.from_bytes(mixed[at : at + block], "big") + added for at in range(0, len(mixed), block))
        mixed = b"".join((part & (1 << 8 * block) - 1).to_bytes(block, "big") for part in parts)
    return derived[:length]


def _filled(text: bytes, block: int) -> bytes:
    size = -(-len(text) // block) * block
    return (text * (size // len(text) + 1))[:size] if text else b""


def _plain(cipher: str, key: bytes, iv: bytes, encrypted: bytes) -> bytes:
    if cipher == "rc2":
        return rc2.decrypt(key, iv, encrypted, bytes.fromhex(table()["rc2"]["pi"]))
    algorithm = AES(key) if cipher == "aes" else TripleDES(key + key[:8] if len(key) == 16 else key)
    try:
        decryptor = Cipher(algorithm, CBC(iv)).decryptor()
        return decryptor.update(encrypted) + decryptor.finalize()
    except ValueError as error:
        raise Malformed("what is encrypted is no whole number of blocks") from error


def _pbes2(data: bytes, parameters: der.Element) -> Scheme:
    derivation, encryption = _tags(data, parameters, der.SEQUENCE, der.SEQUENCE)
    name, values = _pair(data, derivation, der.SEQUENCE)
    if name != PBKDF2:
        raise Unsupported(f"a key derived with {name}")
    fields = list(der.children(data, values, most=4))
    if [item.tag for item in fields[:2]] != [der.OCTET_STRING, der.INTEGER]:
        raise Unsupported("a salt that lies elsewhere")
    prf = "sha1"
    for item in fields[2:]:
        for named in der.children(data, item, most=2) if item.tag == der.SEQUENCE else ():
            if named.tag == der.OID:
                prf = table()["prfs"].get(der.oid(data, named), "")
    oid, iv = _pair(data, encryption, der.OCTET_STRING)
    cipher = table()["ciphers"].get(oid)
    if cipher is None or not prf:
        raise Unsupported(f"encrypted with {oid}")
    return Scheme(
        cipher=cipher["cipher"],
        key_length=cipher["key"],
        salt=_salt(data, fields[0]),
        rounds=_rounds(data, fields[1]),
        prf=prf,
        iv=bytes(data[iv.content : iv.end]),
    )


def _pair(data: bytes, element: der.Element, tag: int) -> tuple[str, der.Element]:
    name, parameters = _tags(data, element, der.OID, tag)
    return der.oid(data, name), parameters


def _tags(data: bytes, element: der.Element, *tags: int) -> list[der.Element]:
    found = list(der.children(data, element, most=len(tags)))
    if tuple(item.tag for item in found) != tags:
        raise Malformed("parameters of an encryption that are none")
    return found


def _salt(data: bytes, element: der.Element) -> bytes:
    salt = bytes(data[element.content : element.end])
    if len(salt) > LONGEST_SALT:
        raise Malformed("a salt that is too long")
    return salt


def _rounds(data: bytes, element: der.Element) -> int:
    rounds = der.integer(data, element)
    if rounds < 1:
        raise Malformed("a derivation without rounds")
    return rounds
