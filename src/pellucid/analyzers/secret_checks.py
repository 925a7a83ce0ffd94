"""What can be proved of a secret without asking anybody: checksums, encodings, what is only obscured.

Each check takes the secret as it stands in a file. None, or Malformed: it is no secret of this type. Sources: "Behind
GitHub's new authentication token formats" (GitHub, 2021), RFC 7519 (JWT), Grafana's package satokengen.
"""

import json
import re
import struct
import zlib
from collections.abc import Callable, Mapping

import msgspec

from pellucid.analyzers.common_passwords import defaults
from pellucid.domain.secret import Validity
from pellucid.errors import Malformed
from pellucid.formats import obscured_passwords
from pellucid.formats.obscured_passwords import decoded

BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CRC_LENGTH = 6
LONGEST_JWT = 16384
# Names, paths, sentences, numbers: what stands behind "password" in programs and manuals, and is none.
WORDS = re.compile(rb"[A-Za-z_\-.:/]+")
NUMBER = re.compile(rb"0x[0-9a-fA-F]+|[0-9.,:\-]+")
PATH = re.compile(
    rb"[~.]?/|.*/.*/|[A-Za-z]:\\|.*\.(?:[ch]|cpp|py|sh|conf|cfg|txt|html?|js|php|xml|json|key|pem|db|so|md|po|png|service)\Z"
)
SAYS_SO = re.compile(rb"passw|_pass|pass_|secret|token|_key|key_|credential|prompt|%|==|->|::|\bnot\b", re.IGNORECASE)
# As Erlang makes them (auth.erl of OTP).
COOKIE = re.compile(rb"[A-Z]{20}")
FEWEST_DIGITS = 2


class Outcome(msgspec.Struct, frozen=True):
    """`value` is what the secret is in clear where it was only encoded, `account` whose it is."""

    validity: Validity = Validity.UNDETERMINED
    value: bytes = b""
    account: bytes = b""


def base62(number: int, length: int) -> bytes:
    """Digits, capitals, small letters; filled up with zeros."""
    found = bytearray()
    while number or len(found) < length:
        number, digit = divmod(number, 62)
        found.append(BASE62[digit])
    return bytes(reversed(found))


def crc_base62(value: bytes) -> Outcome:
    """Behind the prefix, a random part and its CRC-32 in six digits of base 62 (tokens of GitHub and npm)."""
    body = value.rpartition(b"_")[2]
    stated, random = body[-CRC_LENGTH:], body[:-CRC_LENGTH]
    right = base62(zlib.crc32(random), CRC_LENGTH) == stated
    return Outcome(Validity.UNDETERMINED if right else Validity.INVALID)


def jwt(value: bytes) -> Outcome | None:
    """Three parts, the first two JSON in base64url, the first of which names an algorithm."""
    if len(value) > LONGEST_JWT:
        return None
    head, claims = (_json(part) for part in value.split(b".")[:2])
    if not isinstance(head, dict) or not isinstance(head.get("alg"), str) or not isinstance(claims, dict):
        return None
    # The token that every tutorial shows.
    if claims.get("name") == "John Doe":
        return Outcome(Validity.FILTERED)
    return Outcome(account=str(claims.get("sub", ""))[:64].encode())


def basic(value: bytes) -> Outcome:
    """User and password as HTTP sends them."""
    user, password = obscured_passwords.basic(value)
    return Outcome(value=password, account=user)


def base64_of(size: int) -> Callable[[bytes], Outcome | None]:
    """A check of keys of so many bytes."""
    return lambda value: Outcome() if len(decoded(value)) == size else None


def grafana(value: bytes) -> Outcome:
    """Behind the last underscore, the CRC-32 of what stands in front of it, in hex, the lowest byte first."""
    body, _, stated = value.rpartition(b"_")
    right = struct.pack("<I", zlib.crc32(body)).hex().encode() == stated.lower()
    return Outcome(Validity.UNDETERMINED if right else Validity.INVALID)


def undone(undo: Callable[[bytes], bytes]) -> Callable[[bytes], Outcome]:
    """A check of passwords that are only obscured."""
    return lambda value: Outcome(value=undo(value))


def unattend(value: bytes) -> Outcome | None:
    """Encoded as Windows Setup does it, or in clear."""
    try:
        return Outcome(value=obscured_passwords.unattend(value))
    except Malformed:
        return None if SAYS_SO.search(value) or b"*" in value else Outcome()


def chosen(value: bytes) -> Outcome | None:
    """A password of a person: one that everybody knows, or one that is no word, number, path or name of a setting."""
    if value.decode("utf-8", "replace") in defaults():
        return Outcome()
    if not value.isascii() or not value.decode("ascii").isprintable():
        return None
    no_password = WORDS.fullmatch(value) or NUMBER.fullmatch(value) or PATH.match(value) or SAYS_SO.search(value)
    return None if no_password else Outcome()


def random(value: bytes) -> Outcome | None:
    """A token of a generator: letters and digits, without words between hyphens, dots or underscores."""
    if PATH.match(value) or SAYS_SO.search(value) or sum(map(_is_digit, value)) < FEWEST_DIGITS:
        return None
    parts = re.split(rb"[_\-./]", value)
    longest = max(parts, key=len)
    return Outcome() if len(longest) * 2 >= len(value) and any(map(_is_digit, longest)) else None


def _is_digit(byte: int) -> bool:
    return 0x30 <= byte <= 0x39


def _json(part: bytes) -> object:
    try:
        return json.loads(decoded(part.translate(bytes.maketrans(b"-_", b"+/"))))
    except (ValueError, RecursionError):
        return None


CHECKS: Mapping[str, Callable[[bytes], Outcome | None]] = {
    "crc-base62": crc_base62,
    "jwt": jwt,
    "basic": basic,
    "chosen": chosen,
    "erlang-cookie": lambda value: Outcome() if COOKIE.fullmatch(value) else chosen(value),
    "cisco-7": undone(obscured_passwords.cisco_7),
    "cpassword": undone(obscured_passwords.cpassword),
    "crc-grafana": grafana,
    "random": random,
    "unattend": unattend,
    "base64-of-64": base64_of(64),
    "base64-of-32": base64_of(32),
}
