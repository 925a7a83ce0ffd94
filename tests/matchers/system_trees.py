"""Trees of files of a system, as the containers of an image list them."""

from msgspec import structs
from tests.matchers.inventories import checked

from pellucid.analysis.matcher import Inventory
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.hardening import Verdict
from pellucid.domain.place import ScannedArtefact, ScannedPlace

D, F, C = EntryKind.DIRECTORY, EntryKind.FILE, EntryKind.CHARACTER_DEVICE


def system(*entries: tuple[str, EntryKind, int], kind: str = "ext", root: str = "") -> Inventory:
    """An image that is a file system of this kind: what a system has, and `entries` by name, kind and mode."""
    listed = (("etc/passwd", F, 0o644), ("bin/sh", F, 0o755), *entries)
    places = [ScannedPlace(parent=-1, artefact=ScannedArtefact(path="fw", sha256="0", size=1, kind=kind))]
    for name, what, mode in listed:
        held = ScannedArtefact(path=f"fw!{root}{name}", sha256="1", size=1, kind="text") if what is F else None
        entry = Entry(name=root + name, kind=what, mode=mode, uid=0, gid=0)
        places.append(ScannedPlace(parent=0, entry=entry, artefact=held))
    return structs.replace(checked("none", "none", Verdict.PASS), hardening=(), places=tuple(places))
