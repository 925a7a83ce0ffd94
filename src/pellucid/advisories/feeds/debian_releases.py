"""Releases of Debian: from the names that its security team uses to the ecosystems of packages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def ecosystem(codename: str) -> str:
    """ "Debian:12" for "bookworm"; a name that is not in the table yet stays as it is ("Debian:zurg")."""
    return f"Debian:{_numbers().get(codename, codename)}"


@cache
def _numbers() -> Mapping[str, str]:
    table = Path(__file__).with_name("debian_releases.toml")
    releases: dict[str, str] = tomllib.loads(table.read_text(encoding="utf-8"))["releases"]
    return releases
