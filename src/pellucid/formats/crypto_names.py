"""Names of algorithms and protocols as they stand in compiled Go, Java and Windows programs, and in Python source.

The table is crypto_names.toml. Java: The Java Virtual Machine Specification, 4.4.7; Windows: wide strings.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pellucid.formats import crypto_settings
from pellucid.formats.crypto_settings import Choice

_ENCODED: Mapping[str, Callable[[str], bytes]] = {
    "java": lambda name: b"\x01" + len(name).to_bytes(2, "big") + name.encode(),
    "windows": lambda name: b"\0\0" + name.encode("utf-16-le") + b"\0\0",
}


@dataclass(frozen=True)
class Entry:
    """A name, and what it stands for."""

    name: str
    choices: tuple[Choice, ...]


@cache
def literals(vocabulary: str) -> Mapping[bytes, Entry]:
    """The names of "go", "java", "windows" or "python", by the bytes that they stand as."""
    text = resources.files("pellucid.formats").joinpath("crypto_names.toml").read_text(encoding="utf-8")
    encoded = _ENCODED.get(vocabulary, str.encode)
    found: dict[bytes, Entry] = {}
    for name, meaning, *mode in tomllib.loads(text)[vocabulary]:
        literal = encoded(name)
        known = found[literal].choices if literal in found else ()
        found[literal] = Entry(name, (*known, crypto_settings.choice(meaning, "".join(mode))))
    return found
