"""Parts of the Linux kernel that can be left out when it is built: by option, module, source and name in commits.

The table is kernel_parts.toml. Configurations are those of Kconfig: lines "CONFIG_BT=m" and "# CONFIG_BT is not set".
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

MOST_BYTES = 4 << 20
_SET = re.compile(rb"^CONFIG_(\w{1,80})=[ym]\r?$", re.M)


@dataclass(frozen=True)
class KernelPart:
    """A row of the table; what its fields mean stands there."""

    options: tuple[str, ...]
    modules: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def built(configuration: bytes) -> tuple[str, ...]:
    """The options of the table that a configuration sets, "y" or "m", sorted and without CONFIG_."""
    found = {name.decode("ascii", "replace") for name in _SET.findall(configuration[:MOST_BYTES])}
    return tuple(sorted(found & _options()))


def by_path(path: str) -> KernelPart | None:
    """The part that a source file belongs to: the row with the longest beginning of its path."""
    fitting = [(len(prefix), row) for row in parts() for prefix in row.paths if path.startswith(prefix)]
    return max(fitting, key=lambda item: item[0])[1] if fitting else None


def by_name(name: str) -> KernelPart | None:
    """The part that is called so before the colon of a commit's first line, in lower case."""
    return _names().get(name)


@cache
def parts() -> Sequence[KernelPart]:
    """All rows."""
    file = resources.files("pellucid.formats").joinpath("kernel_parts.toml")
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["part"]
    return [KernelPart(**{key: tuple(value) for key, value in row.items()}) for row in rows]


@cache
def _names() -> Mapping[str, KernelPart]:
    return {name: row for row in parts() for name in row.names}


@cache
def _options() -> frozenset[str]:
    return frozenset(option for row in parts() for option in row.options)
