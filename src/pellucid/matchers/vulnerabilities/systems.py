"""Operating systems, by the names that the CPE dictionary has for them (operating_systems.toml)."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pellucid.formats.distributions import distributions


@dataclass(frozen=True)
class System:
    """`formats` are those of programs that run on it."""

    name: str
    prefixes: tuple[str, ...]
    targets: frozenset[str]
    formats: frozenset[str]


def of_product(name: str) -> System | None:
    """The system that "vendor:product" is, or is a version of."""
    return next((item for item in _systems() if name.startswith(item.prefixes)), None)


def of_target(target: str) -> System | None:
    """The system that a CPE name has as target_sw."""
    return next((item for item in _systems() if target in item.targets), None)


@cache
def is_distribution(name: str) -> bool:
    """Whether "vendor:product" is a distribution of packages."""
    return any(f"{row.vendor}:{row.product}" == name for row in distributions().values())


@cache
def is_told_by_packages(name: str) -> bool:
    """Whether it is a distribution whose publishers speak of its packages: that it has a vulnerability means that one
    of these has it."""
    rows = [row for row in distributions().values() if row.ecosystem or row.packagers]
    return any(f"{row.vendor}:{row.product}" == name for row in rows)


@cache
def _systems() -> Sequence[System]:
    text = Path(__file__).with_name("operating_systems.toml").read_text("utf-8")
    return [
        System(name, tuple(row["prefix"]), frozenset(row.get("targets", ())), frozenset(row["formats"]))
        for name, row in tomllib.loads(text).items()
    ]
