"""Golden inputs with the modulus of a leaked key: nobody can make another one, so that it comes from a table."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.support.golden_case import Case

TABLE = Path(__file__).with_name("leaked_modulus.toml")


def modulus() -> bytes:
    """As firmware stores it."""
    return bytes.fromhex(tomllib.loads(TABLE.read_text(encoding="utf-8"))["modulus"])


def cases() -> Iterator[Case]:
    # What stands before the modulus in a key of a manifest of Boot Guard: version, size in bits, exponent.
    framed = b"\x10" + (2048).to_bytes(2, "little") + (65537).to_bytes(4, "little") + modulus()
    other = bytearray(framed)
    other[-1] ^= 1
    yield Case("crypto/leaked_keys/manifest", b"__KEYM__" + framed + bytes(64), "a leaked key in a manifest")
    yield Case("crypto/leaked_keys/other", b"__KEYM__" + bytes(other), "a modulus that only begins like a leaked one")
    yield Case("crypto/leaked_keys/cut", framed[:200], "the first half of a leaked key")
