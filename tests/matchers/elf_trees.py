"""Images with a tree of programs and folders, as matchers see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import structs
from tests.matchers.inventories import inventory, seen

from pellucid.analysis.matcher import Inventory
from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.domain.place import ScannedArtefact, ScannedPlace


@dataclass(frozen=True)
class Program:
    """A place with an ELF file and the values of the checks that it fails."""

    path: str
    entry: Entry
    failed: Mapping[str, str] = field(default_factory=dict)
    runpath: str = ""


def program(
    path: str,
    mode: int = 0o755,
    failed: Mapping[str, str] | None = None,
    runpath: str = "",
    capabilities: str = "",
) -> Program:
    """A program of root and the group 42."""
    facts = {"xattr.security.capability": capabilities} if capabilities else {}
    return Program(path, Entry(name=path, mode=mode, uid=0, gid=42, facts=facts), failed or {}, runpath)


def tree(*programs: Program, folders: Mapping[str, int] | None = None) -> Inventory:
    """An image "fw" that holds programs, and folders with their modes."""
    places = [ScannedPlace(parent=-1, artefact=ScannedArtefact(path="fw", sha256="", size=0, kind="tar"))]
    for name, mode in (folders or {}).items():
        places.append(ScannedPlace(parent=0, entry=Entry(name=name, kind=EntryKind.DIRECTORY, mode=mode)))
    hardening, components = [], []
    for number, item in enumerate(programs):
        path = f"fw!{item.path}"
        artefact = ScannedArtefact(path=path, sha256=f"{number:064}", size=1, kind="elf")
        places.append(ScannedPlace(parent=0, entry=item.entry, artefact=artefact))
        checks = tuple(
            Check(name=name, verdict=Verdict.FAIL, value=value, reason="It was read.")
            for name, value in item.failed.items()
        )
        hardening.append(Hardening(subject="elf", checks=checks, evidence=seen(artefact=path)))
        components.append(
            Component(
                kind=ComponentKind.EXECUTABLE,
                format="elf",
                architecture="arm",
                bits=32,
                evidence=seen(artefact=path),
                runpath=tuple(filter(None, item.runpath.split(":"))),
            )
        )
    return structs.replace(inventory(), places=tuple(places), hardening=tuple(hardening), components=tuple(components))
