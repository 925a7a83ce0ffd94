"""Programs that run with the rights of their owner, whoever starts them."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import basename

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.component import ComponentKind
from pellucid.domain.entry import EntryKind
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.matchers.classes import finding_of
from pellucid.matchers.trees.roots import Spot, spots

NAME = "set_id_programs"
MOST = 1000
SET_UID, SET_GID, RUN = 0o4000, 0o2000, 0o111
VERSION = re.compile(r"[\d.-]+$")
POWERFUL, UNUSUAL, SCRIPT = (f"weakness/set-id/{name}" for name in ("powerful-program", "unusual-program", "script"))


@matcher(name=NAME, version=1)
def set_id_programs(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report set-id programs, but for those that distributions ship so: shells and the like, scripts, all others.

    Only where a file system states rights. A program that is set-id for a group counts when it hands on its rights.
    """
    scripts = {item.evidence.artefact for item in inventory.components if item.kind is ComponentKind.SCRIPT}
    found: dict[str, list[Evidence]] = {}
    for spot in spots(inventory.places, SET_UID | SET_GID):
        if spot.entry.kind in (EntryKind.FILE, EntryKind.HARDLINK) and (class_id := _wrong(spot, scripts)):
            found.setdefault(class_id, []).append(spot.evidence)
    for class_id, evidence in sorted(found.items()):
        yield finding_of(class_id, tuple(dict.fromkeys(evidence))[:MOST])


def _wrong(spot: Spot, scripts: set[str]) -> str:
    """The class of findings that a program belongs to; "" for none."""
    if not spot.mode & (SET_UID | SET_GID) or not spot.mode & RUN:
        return ""
    if spot.path in scripts:
        return SCRIPT
    name = basename(spot.name)
    if {name, VERSION.sub("", name)} & _table("powerful"):
        return POWERFUL
    return UNUSUAL if spot.mode & SET_UID and name not in _table("expected") else ""


@cache
def _table(name: str) -> frozenset[str]:
    text = Path(__file__).with_name("set_id_programs.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)[name])
