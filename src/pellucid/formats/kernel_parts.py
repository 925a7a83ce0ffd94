"""Parts of the Linux kernel that can be left out when it is built: by option, module, source and name in commits.

The table is kernel_parts.toml. Configurations are those of Kconfig: lines "CONFIG_BT=m" and "# CONFIG_BT is not set".
"""

import re
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from pellucid.formats import kernel_release

MOST_BYTES = 4 << 20
NOT_SET = "n"
_SAID = re.compile(rb"^(?:CONFIG_(?P<set>\w{1,80})=(?P<value>[ym])|# CONFIG_(?P<unset>\w{1,80}) is not set)\r?$", re.M)
# A menu that every kernel has since 2.6, behind all drivers: what ends before it was cut off, or is a fragment.
_LAST_MENU = b"\n# Library routines"
# Options are renamed. Where the names of the table were not checked, one that is not mentioned may have another.
_CHECKED = ((5, 10), (6, 12))


class KernelPart(msgspec.Struct, frozen=True):
    """A row of the table; what its fields mean stands there."""

    options: tuple[str, ...]
    modules: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def options(configuration: bytes, release: str) -> Mapping[str, str]:
    """What the configuration of a release says of the options of the table: "y", "m" or "n", by name, sorted.

    An option that is left out may be unset, or unknown there; of a configuration that is not whole nothing is told.
    """
    if len(configuration) > MOST_BYTES or _LAST_MENU not in configuration:
        return {}
    said: dict[str, str] = {}
    for found in _SAID.finditer(configuration):
        if found["set"]:
            said[found["set"].decode("ascii", "replace")] = found["value"].decode("ascii")
        else:
            said.setdefault(found["unset"].decode("ascii", "replace"), NOT_SET)
    silence = NOT_SET if _names_are_known(release) else ""
    values = ((name, said.get(name, silence)) for name in sorted(_options()))
    return {name: value for name, value in values if value}


def _names_are_known(release: str) -> bool:
    found = kernel_release.RELEASE.match(release)
    return found is not None and _CHECKED[0] <= (int(found["major"]), int(found["minor"])) <= _CHECKED[1]


def by_path(path: str) -> KernelPart | None:
    """The part that a source file belongs to: the row with the longest beginning of its path."""
    fitting = [(len(prefix), row) for row in parts() for prefix in row.paths if path.startswith(prefix)]
    return max(fitting, key=lambda item: item[0])[1] if fitting else None


def lies_in(inner: KernelPart, outer: KernelPart) -> bool:
    """Whether all sources of one part lie below those of the other."""
    return all(path.startswith(outer.paths) for path in inner.paths)


def by_name(name: str) -> KernelPart | None:
    """The part that is called so before the colon of a commit's first line, in lower case."""
    return _names().get(name)


@cache
def parts() -> Sequence[KernelPart]:
    """All rows of the table, in its order."""
    rows = tomllib.loads(_table().decode("utf-8"))["part"]
    return [KernelPart(**{key: tuple(value) for key, value in row.items()}) for row in rows]


@cache
def revision() -> int:
    """A number below 2^32 that changes with the table."""
    return zlib.crc32(_table())


def _table() -> bytes:
    return Path(__file__).with_name("kernel_parts.toml").read_bytes()


@cache
def _names() -> Mapping[str, KernelPart]:
    return {name: row for row in parts() for name in row.names}


@cache
def _options() -> frozenset[str]:
    return frozenset(option for row in parts() for option in row.options)
