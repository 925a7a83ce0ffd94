"""Compiled Python (.pyc): which release of CPython wrote it (PEP 552, PEP 3147; importlib's list of magic numbers)."""

import struct
import tomllib
from functools import cache
from pathlib import Path

from pellucid.formats import vers
from pellucid.formats.span import Data

# The type of a code object as marshal writes it, with and without the flag of a reference.
CODE = frozenset(b"c\xe3")
HEADER = struct.Struct("<H2s")


@cache
def _releases() -> dict[int, tuple[str, int]]:
    text = Path(__file__).with_name("python_magics.toml").read_text(encoding="utf-8")
    return {row["magic"]: (row["version"], row["code"]) for row in tomllib.loads(text)["release"]}


def release_of(data: Data) -> str:
    """The first release of CPython that writes such files ("3.11"), "" for what is no .pyc or of no known release."""
    if len(data) < 18:
        return ""
    magic, mark = HEADER.unpack_from(data)
    version, code = _releases().get(magic, ("", 0))
    return version if version and mark == b"\r\n" and data[code] in CODE else ""


def range_of(release: str) -> str:
    """The releases that write the same files, as a VERS range."""
    major, minor = release.split(".")[:2]
    end = "3.5.3" if release == "3.5" else f"{major}.{int(minor) + 1}"
    return vers.interval(from_=release, below=end)
