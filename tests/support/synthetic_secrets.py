"""Secrets that are nobody's, made from the templates that rules have as examples.

A template holds {{what:length}} where something random is to stand: {{alnum:36}}, {{hex:32}}, {{crc62:ghp_}}.
"""

import base64
import json
import random
import re
import string
import struct
import zlib
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pellucid.analyzers.secret_checks import base62
from pellucid.formats.obscured_passwords import CPASSWORD_KEY, TYPE_7

PLACE = re.compile(r"\{\{(\w+)(?::([\w\-]*))?\}\}")
ALPHABETS: Mapping[str, str] = {
    "alnum": string.ascii_letters + string.digits,
    "alpha": string.ascii_letters,
    "CAPS": string.ascii_uppercase,
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "lowdig": string.ascii_lowercase + string.digits,
    "updig": string.ascii_uppercase + string.digits,
    "digit": string.digits,
    "digit1": "123456789",
    "base32": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "b64": string.ascii_letters + string.digits + "+/",
    "b64url": string.ascii_letters + string.digits + "-_",
}
CONSONANTS, VOWELS = "bcdfghjklmnprstvwxz", "aeiou"
PRODUCT_KEY = "BCDFGHJKMPQRTVWXY2346789"


def filled(template: str, seed: int = 0) -> str:
    """The template with what is random in it; the same each time for the same seed."""
    source = random.Random(f"{seed} {template}")
    same: dict[str, str] = {}

    def fill(match: re.Match[str]) -> str:
        what, size = match[1], match[2] or ""
        if what == "same":
            return same.setdefault(size, password(source, int(size)))
        if what in ALPHABETS:
            return "".join(source.choice(ALPHABETS[what]) for _ in range(int(size)))
        return MAKERS[what](source, size)

    return PLACE.sub(fill, template)


def password(source: random.Random, length: int) -> str:
    """As a person makes them: syllables, capitals, digits."""
    letters = "".join(source.choice(CONSONANTS) + source.choice(VOWELS) for _ in range(length)).capitalize()
    number = str(source.randint(13, 97))
    return letters[: max(length - 2, 1)] + number


def _crc62(source: random.Random, prefix: str) -> str:
    body = "".join(source.choice(ALPHABETS["alnum"]) for _ in range(30))
    return prefix + body + base62(zlib.crc32(body.encode()), 6).decode()


def _grafana(source: random.Random, _size: str) -> str:
    body = "glsa_" + "".join(source.choice(ALPHABETS["alnum"]) for _ in range(32))
    return body + "_" + struct.pack("<I", zlib.crc32(body.encode())).hex()


def _jwt(source: random.Random, _size: str) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"sub": f"device-{source.randint(10, 99)}", "iat": source.randint(1_600_000_000, 1_700_000_000)}
    signature = base64.urlsafe_b64encode(source.randbytes(32)).decode().rstrip("=")
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{signature}"


def _cisco_7(source: random.Random, size: str) -> str:
    start, plain = source.randint(0, 15), password(source, int(size)).encode()
    body = bytes(byte ^ TYPE_7[(start + at) % len(TYPE_7)] for at, byte in enumerate(plain))
    return f"{start:02d}{body.hex().upper()}"


def _cpassword(source: random.Random, size: str) -> str:
    plain = password(source, int(size)).encode("utf-16-le")
    plain += bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
    encryptor = Cipher(algorithms.AES(CPASSWORD_KEY), modes.CBC(bytes(16))).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode().rstrip("=")


MAKERS: Mapping[str, Callable[[random.Random, str], str]] = {
    "pass": lambda source, size: password(source, int(size)),
    "uuid": lambda source, _: filled(
        "{{hex:8}}-{{hex:4}}-4{{hex:3}}-a{{hex:3}}-{{hex:12}}", source.randint(0, 1 << 40)
    ),
    "crc62": _crc62,
    "grafana": _grafana,
    "jwt": _jwt,
    "basic": lambda source, user: base64.b64encode(f"{user}:{password(source, 12)}".encode()).decode(),
    "b64of": lambda source, size: base64.b64encode(source.randbytes(int(size))).decode(),
    "cisco7": _cisco_7,
    "cpassword": _cpassword,
    "unattend": lambda source, size: base64.b64encode(
        (password(source, int(size)) + "AdministratorPassword").encode("utf-16-le")
    ).decode(),
    "winkey": lambda source, _: "-".join("".join(source.choice(PRODUCT_KEY) for _ in range(5)) for _ in range(5)),
}


def wrong_checksum(token: str) -> str:
    """The same token, but for a digit of its checksum."""
    last = "0" if token[-1] != "0" else "1"
    return token[:-1] + last
