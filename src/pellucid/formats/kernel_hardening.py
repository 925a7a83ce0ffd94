"""Options of the Linux kernel that make attacks harder or easier, and what a configuration says of them.

The table is kernel_hardening.toml: recommendations of the Kernel Self-Protection Project (its page "Recommended
Settings"), and the releases of mainline in which each option came and went.
"""

import re
import tomllib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from pellucid.formats import kernel_release
from pellucid.formats.kernel_parts import MOST_BYTES, NOT_SET

_SAID = re.compile(rb"^(?:CONFIG_(?P<set>\w{1,80})=(?P<value>[ymn])|# CONFIG_(?P<unset>\w{1,80}) is not set)\r?$", re.M)
# Menus that a whole configuration has: without them it was cut off, or is a fragment.
_MENUS = (b"\n# Library routines", b"\n# Security options")
_MODULE = "m"


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table; what its fields mean stands there."""

    option: str
    wanted: str
    since: str
    topic: str
    why: str
    until: str = ""
    on: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What a configuration says of a row: `found` is "y", "m", "n", or "" when it does not mention the option.

    `good` is None where the option does not matter for this kernel; `offset` is that of the line, 0 without one.
    """

    row: Option
    found: str
    good: bool | None
    offset: int


def is_whole(configuration: bytes) -> bool:
    """Whether silence on an option means that it is not set: no fragment, nothing cut off."""
    return len(configuration) <= MOST_BYTES and all(menu in configuration for menu in _MENUS)


def choices(configuration: bytes, release: str) -> Iterator[Choice]:
    """What a whole configuration of a release ("5.15.150") says of each row of the table, in its order.

    What is set before mainline had it was brought back by somebody, and counts.
    """
    said = _said(configuration)
    version = _number(release)
    for row in rows():
        found, offset = said.get(row.option, ("", 0))
        concerned = (
            version is not None
            and version >= (_number(row.since) or ())
            and (not row.until or version < (_number(row.until) or ()))
            and (not row.on or any(_is_set(said, name) for name in row.on))
            and all(_is_set(said, name) for name in row.needs)
        )
        is_set = found in ("y", _MODULE)
        good: bool | None = is_set if row.wanted == "y" else not is_set
        # What is not there in this release can still be there by a back-port; that it is missing says nothing.
        if not concerned and not (row.wanted == "y" and is_set):
            good = None
        yield Choice(row=row, found=found, good=good, offset=offset)


def _is_set(said: Mapping[str, tuple[str, int]], name: str) -> bool:
    return said.get(name, ("", 0))[0] in ("y", _MODULE)


def _said(configuration: bytes) -> Mapping[str, tuple[str, int]]:
    """Value and offset of the line by option; the last line counts, as for Kconfig."""
    found: dict[str, tuple[str, int]] = {}
    for line in _SAID.finditer(configuration):
        name, value = (line["set"], line["value"].decode("ascii")) if line["set"] else (line["unset"], NOT_SET)
        found[name.decode("ascii", "replace")] = (value, line.start())
    return found


def _number(release: str) -> tuple[int, int, int] | None:
    """Major, minor and patch: 2.6.37 is another release than 2.6.38, and 6.1.9 one of 6.1."""
    if (found := kernel_release.RELEASE.match(release)) is None:
        return None
    patch = re.match(r"\d{1,9}\.\d{1,9}\.(\d{1,9})", release)
    return int(found["major"]), int(found["minor"]), int(patch[1]) if patch else 0


@cache
def rows() -> Sequence[Option]:
    """All rows of the table, in its order; an option may have one for each of several architectures."""
    found = tomllib.loads(_table().decode("utf-8"))["option"]
    return [Option(**row | {"on": tuple(row.get("on", ())), "needs": tuple(row.get("needs", ()))}) for row in found]


@cache
def revision() -> int:
    """A number below 2^32 that changes with the table."""
    return zlib.crc32(_table())


def _table() -> bytes:
    return Path(__file__).with_name("kernel_hardening.toml").read_bytes()
