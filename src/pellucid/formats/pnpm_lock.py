"""Lock files of pnpm, versions 5 to 9: what the application and its packages need, without development."""

import re
from collections.abc import Iterator

import msgspec

from pellucid.formats.block_yaml import Section, entries, sections
from pellucid.formats.span import Data

NEEDED = ("dependencies", "optionalDependencies")
# A package as versions 5, 6 and 9 write it: /a/1.0.0_b@2.0.0, /a@1.0.0(b@2.0.0), a@1.0.0(b@2.0.0).
FIFTH = re.compile(r"/((?:@[^/]+/)?[^/@]+)/([0-9][^/_(]*)")
LATER = re.compile(r"/?((?:@[^/@(]+/)?[^/@(]+)@([0-9][^/_(]*)")


class Locked(msgspec.Struct, frozen=True, kw_only=True):
    """`wanted` says whether more than development needs it; `optional` whether it may be missing."""

    name: str
    version: str
    offset: int
    wanted: bool
    optional: bool
    requires: tuple[str, ...]


def locked(data: Data) -> Iterator[Locked]:
    """What is locked, in the order of the file."""
    packages: dict[str, Section] = {}
    snapshots: dict[str, Section] = {}
    for section in sections(data, 2):
        if section.path[0] == "packages":
            packages.setdefault(section.path[1], section)
        elif section.path[0] == "snapshots":
            snapshots.setdefault(section.path[1], section)
    wanted = _wanted(_needed_at_first(data), snapshots)
    described = {key.partition("(")[0]: section for key, section in snapshots.items()}
    for key, section in packages.items():
        name, version = _named(key, section)
        if name and version:
            more = described.get(key, section)
            yield Locked(
                name=name,
                version=version,
                offset=section.offset,
                wanted=f"{name}@{version}" in wanted if snapshots else section.fields.get("dev") != "true",
                optional="true" in (section.fields.get("optional"), more.fields.get("optional")),
                requires=tuple(item for kind in NEEDED for item in more.nested.get(kind, {})),
            )


def _named(key: str, section: Section) -> tuple[str, str]:
    """What is not from the registry has its name and version in fields of their own."""
    found = LATER.match(key) or FIFTH.match(key)
    name, version = (found[1], found[2]) if found else ("", "")
    return section.fields.get("name", name), section.fields.get("version", version)


def _needed_at_first(data: Data) -> Iterator[str]:
    """Version 9: the keys of snapshots that the application's own parts need to run."""
    for entry in entries(data):
        path = entry.path
        if len(path) == 5 and path[0] == "importers" and path[2] in NEEDED and path[4] == "version":
            yield _key(path[3], entry.value)


def _wanted(first: Iterator[str], snapshots: dict[str, Section]) -> set[str]:
    """Everything that is needed by what is needed, as name@version."""
    seen: set[str] = set()
    pending = list(first)
    while pending:
        key = pending.pop()
        if key in seen:
            continue
        seen.add(key)
        if section := snapshots.get(key):
            needed = (section.nested.get(kind, {}) for kind in NEEDED)
            pending += [_key(name, version) for items in needed for name, version in items.items()]
    return {f"{found[1]}@{found[2]}" for key in seen if (found := LATER.match(key))}


def _key(name: str, version: str) -> str:
    """`name@version`; an alias has the other package's name in its version."""
    return version if LATER.match(version) else f"{name}@{version}"
