"""Units of systemd with their drop-ins, in the order that systemd.unit(5) has them, and those that are masked."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import msgspec

from pellucid.analyzers import unit_verdicts
from pellucid.domain.entry import EntryKind
from pellucid.domain.fragment import Fragment
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.domain.place import ScannedPlace, path_of
from pellucid.formats import systemd_unit

SUBJECT = "systemdUnit"
# The first one counts most.
FOLDERS = ("etc", "run", "usr/local/lib", "usr/lib", "lib")
PLACE = re.compile(
    rf"(?P<root>(?:.*?[!/])??)(?P<folder>{'|'.join(FOLDERS)})/systemd/system/"
    r"(?:(?P<for>[^!/]*service)\.d/(?P<part>[^!/]+\.conf)|(?P<unit>[^!/]+\.service))"
)
MARK = "systemd/system/"
NOWHERE = "/dev/null"
MOST_PARTS, MOST_NAMED = 100, 8
Changed = dict[tuple[str, str], Hardening | None]


class _Root(msgspec.Struct):
    """Below one root: paths of units and of drop-ins by the rank of their folders, and what is masked."""

    units: dict[str, dict[int, str]] = msgspec.field(default_factory=lambda: defaultdict(dict))
    parts: dict[str, dict[str, dict[int, str]]] = msgspec.field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    masked: set[str] = msgspec.field(default_factory=set)


def services(fragments: Sequence[Fragment], places: Sequence[ScannedPlace]) -> Changed:
    """Verdicts by subject and path, of those units that other files change."""
    files = {item.evidence.artefact: item for item in fragments if item.subject == SUBJECT}
    # A drop-in is no unit, whatever it starts.
    changed: Changed = {(SUBJECT, path): None for path in files if path.endswith(".conf")}
    for root in _roots(places).values() if files else ():
        for name, by_rank in root.units.items():
            ranks = sorted(by_rank)
            path = by_rank[ranks[0]]
            for other in (by_rank[rank] for rank in ranks[1:]):
                why = "masked" if path in root.masked else "replaced"
                changed[SUBJECT, other] = _without(files.get(other), path, why)
            if path in files and (parts := _parts(root, name, files)):
                changed[SUBJECT, path] = _judged(files[path], parts)
    return changed


def _roots(places: Sequence[ScannedPlace]) -> Mapping[str, _Root]:
    found: dict[str, _Root] = defaultdict(_Root)
    for place in places:
        entry = place.entry
        if entry is None or MARK not in entry.name or not (seen := PLACE.fullmatch(path := path_of(place, places))):
            continue
        rank, root = FOLDERS.index(seen["folder"]), found[seen["root"]]
        if seen["unit"]:
            root.units[seen["unit"]][rank] = path
        else:
            root.parts[seen["for"]][seen["part"]][rank] = path
        if (entry.kind is EntryKind.SYMLINK and entry.target == NOWHERE) or _is_empty(place):
            root.masked.add(path)
    return found


def _is_empty(place: ScannedPlace) -> bool:
    return place.artefact is not None and not place.artefact.size


def _parts(root: _Root, name: str, files: Mapping[str, Fragment]) -> list[Fragment]:
    """Drop-ins in the order of their names; of the same name, that for the nearer unit, in the better folder."""
    chosen: dict[str, str] = {}
    for owner in _owners(name):
        for part, by_rank in root.parts[owner].items() if owner in root.parts else ():
            chosen.setdefault(part, by_rank[min(by_rank)])
    paths = (path for _, path in sorted(chosen.items()) if path not in root.masked)
    return [files[path] for path in paths if path in files][:MOST_PARTS]


def _owners(name: str) -> Iterator[str]:
    """The names of folders that a unit has drop-ins in, without ".d", the nearest first."""
    stem = name.removesuffix(".service")
    yield name
    if "@" in stem and not stem.endswith("@"):
        stem = stem.partition("@")[0]
        yield f"{stem}@.service"
    while "-" in (stem := stem.rstrip("-")):
        stem = stem.rpartition("-")[0] + "-"
        yield f"{stem}.service"
    yield "service"


def _judged(main: Fragment, parts: Sequence[Fragment]) -> Hardening | None:
    text = "\n".join(line for file in (main, *parts) for _, line in file.lines)
    unit = systemd_unit.read(text.encode())
    if not unit_verdicts.is_service(unit):
        return None
    names = ", ".join(part.evidence.artefact.rpartition("/")[2] for part in parts[:MOST_NAMED])
    evidence = replace(main.evidence, attributes=(("dropIns", names),))
    return Hardening(subject=SUBJECT, checks=unit_verdicts.checks(unit), evidence=evidence)


def _without(main: Fragment | None, by: str, why: str) -> Hardening | None:
    """Of a unit that is not in force."""
    if main is None or not main.lines:
        return None
    check = Check(name="exposure", verdict=Verdict.NOT_APPLICABLE, value=why, reason=f"The unit is {why} by {by}.")
    return Hardening(subject=SUBJECT, checks=(check,), evidence=main.evidence)
