"""Names of algorithms and protocols as they stand in compiled Go, Java and Windows programs, and in Python source.

The table is crypto_names.toml. Java: The Java Virtual Machine Specification, 4.4.7; Windows: wide strings.
"""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from pellucid.formats import crypto_settings
from pellucid.formats.crypto_settings import Choice

_ENCODED: Mapping[str, Callable[[str], bytes]] = {
    "java": lambda name: b"\x01" + len(name).to_bytes(2, "big") + name.encode(),
    "windows": lambda name: b"\0\0" + name.encode("utf-16-le") + b"\0\0",
}


class Entry(msgspec.Struct, frozen=True):
    """A name, and what it stands for."""

    name: str
    choices: tuple[Choice, ...]


@cache
def literals(vocabulary: str) -> Mapping[bytes, Entry]:
    """The names of "go", "java", "windows" or "python", by the bytes that they stand as."""
    text = Path(__file__).with_name("crypto_names.toml").read_text(encoding="utf-8")
    encoded = _ENCODED.get(vocabulary, str.encode)
    found: dict[bytes, Entry] = {}
    for name, meaning, *mode in tomllib.loads(text)[vocabulary]:
        literal = encoded(name)
        known = found[literal].choices if literal in found else ()
        found[literal] = Entry(name, (*known, crypto_settings.choice(meaning, "".join(mode))))
    return found
