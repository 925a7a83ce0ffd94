"""Passwords that everybody tries first, and those that devices are delivered with (common_passwords.toml)."""

import tomllib
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "common_passwords.toml"


@cache
def defaults() -> frozenset[str]:
    """Those that, where they stand in clear, are no secret of anybody."""
    return frozenset(_table()["defaults"])


@cache
def common() -> tuple[str, ...]:
    """All of them, the most likely first."""
    table = _table()
    return tuple(dict.fromkeys((*table["defaults"], *table["others"])))


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))
