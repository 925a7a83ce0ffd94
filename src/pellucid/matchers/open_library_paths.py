"""Programs that look for libraries where everybody can put some."""

from collections.abc import Iterator, Mapping

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.component import Component
from pellucid.domain.entry import EntryKind
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.hardening import Verdict
from pellucid.domain.place import SEPARATOR, path_of
from pellucid.matchers.classes import failure_seen, finding_of

NAME = "open_library_paths"
CLASS = "weakness/elf/library-path-writable"
PATHS = ("rpath", "runpath")
OTHERS_WRITE = 0o002
MOST_FOLDERS, MOST_SHOWN = 100, 120
ORIGIN = ("$ORIGIN", "${ORIGIN}")


@matcher(name=NAME, version=1)
def open_library_paths(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report programs and libraries that look for libraries in a folder that everybody can write to.

    Such folders are known by name (/tmp), or by the rights that the image states of them; a folder that is not there
    can be made by whoever can write to the one above it.
    """
    found: dict[str, Evidence] = {}
    for fact in inventory.hardening:
        for check in fact.checks:
            if check.verdict is Verdict.FAIL and check.name in PATHS and check.value == "writable":
                found[fact.evidence.artefact] = failure_seen(fact, check)
    searching = [item for item in inventory.components if item.format == "elf" and (item.rpath or item.runpath)]
    folders = modes(inventory) if searching else {}
    for component in searching:
        at = component.evidence.artefact
        if at not in found and (open_ := next(open_folders(component, folders), "")):
            attributes = (("reason", f"Everybody can write to {open_}."),)
            path = ":".join(component.runpath or component.rpath)
            found[at] = Evidence(offset=0, seen=path[:MOST_SHOWN], artefact=at, attributes=attributes)
    if found:
        yield finding_of(CLASS, tuple(found.values()))


def modes(inventory: Inventory) -> Mapping[str, int]:
    """Modes of the folders of the image whose modes are stated, by their paths."""
    return {
        path_of(place, inventory.places): place.entry.mode
        for place in inventory.places
        if place.entry and place.entry.kind is EntryKind.DIRECTORY and place.entry.mode is not None
    }


def open_folders(component: Component, folders: Mapping[str, int]) -> Iterator[str]:
    """The folders of a path for libraries that everybody can write to."""
    container, _, inside = component.evidence.artefact.rpartition(SEPARATOR)
    for folder in (component.runpath or component.rpath)[:MOST_FOLDERS]:
        place = _resolved(folder, inside.rpartition("/")[0])
        while place:
            mode = folders.get(f"{container}{SEPARATOR}{place}")
            if mode is not None:
                if mode & OTHERS_WRITE:
                    yield f"/{place}"
                break
            place = place.rpartition("/")[0]


def _resolved(folder: str, origin: str) -> str:
    """A folder as the image names it, empty for one that is relative."""
    for mark in ORIGIN:
        if folder.startswith(mark):
            folder = f"/{origin}{folder.removeprefix(mark)}"
    if not folder.startswith("/"):
        return ""
    parts: list[str] = []
    for part in folder.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
