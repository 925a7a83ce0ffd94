"""Identifiers: ULIDs, 26 characters of Crockford base 32 that sort by time (github.com/ulid/spec)."""

import secrets
import time
from collections.abc import Iterator
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """A fresh ULID: 48 bits of milliseconds since 1970, 80 random bits."""
    return next(new_ids())


def new_ids() -> Iterator[str]:
    """Fresh ULIDs, as many as are asked for, each greater than the one before (the specification's monotonicity)."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    while True:
        yield _spelt(number)
        number += 1


def named_id(text: str) -> str:
    """The id of what has a name of its own: the same for the same text, always (the first 128 bits of its SHA-256)."""
    return _spelt(int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:16], "big"))


def is_id(text: str) -> bool:
    """Whether `text` can be a ULID."""
    return len(text) == 26 and text[0] in "01234567" and all(letter in ALPHABET for letter in text)


def _spelt(number: int) -> str:
    """128 bits as text: the first of 26 letters holds three of them."""
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
