"""What the name of an OSV record says of it: who published it, whether it is a notice or a vulnerability itself.

The table is osv_names.toml.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pellucid.advisories.feeds.fields import CVE


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A row of the table; what its fields mean stands there."""

    publisher: str = "osv"
    notice: bool = False
    own: bool = False
    upkeep: bool = False
    malicious: bool = False


UNKNOWN = Kind()


def kind_of(name: str) -> Kind:
    """By the first two parts of the name ("SUSE-SU-2024:1-1"), else by the first one."""
    first, _, rest = name.partition("-")
    rows = _rows()
    return rows.get(f"{first}-{rest.partition('-')[0]}") or rows.get(first, UNKNOWN)


def about(name: str, aliases: tuple[str, ...], upstream: tuple[str, ...], related: tuple[str, ...]) -> tuple[str, ...]:
    """The vulnerabilities that a record is about without being them.

    Before there was `upstream`, notices and distributions' own records had them among `related`, which elsewhere says
    nothing of identity; and own records have them in their names ("DEBIAN-CVE-2024-1"). A notice is never an alias.
    """
    kind = kind_of(name)
    if not kind.notice and not kind.own:
        return upstream
    stated = [*upstream, *(aliases if kind.notice else ())] or [item for item in related if item != name]
    if kind.own and (inside := CVE.search(name)):
        stated.append(inside[0])
    found = dict.fromkeys(item for item in stated if not (kind_of(item).notice or kind_of(item).own))
    return tuple(item for item in found if CVE.fullmatch(item)) or tuple(found)


@cache
def _rows() -> dict[str, Kind]:
    text = Path(__file__).with_name("osv_names.toml").read_text(encoding="utf-8")
    return {prefix: Kind(**row) for prefix, row in tomllib.loads(text).items()}
