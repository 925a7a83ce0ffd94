"""Parts of what a service of systemd may do, and how much each weighs in systemd-analyze(1) "security"."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from pellucid.formats.systemd_unit import Unit


class Part(msgspec.Struct, frozen=True):
    """One thing that counts: of `directive`, which `part`; how bad that is between 0 and `range`.

    None: it does not apply.
    """

    directive: str
    badness: int | None
    weight: int
    range: int = 1
    part: str = ""


def words(unit: Unit, directive: str) -> list[str]:
    """The words of all values of a directive."""
    return [word for value in unit.service.get(directive, []) for word in value.split()]


@cache
def weights() -> Mapping[str, Any]:
    """The rows of unit_weights.toml."""
    text = Path(__file__).with_name("unit_weights.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
