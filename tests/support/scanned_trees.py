"""Results of scans to store in tests: a small tree with everything that a container can list, and large ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pellucid.domain.component import Component, ComponentKind
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.image import ImageCounts
from pellucid.domain.place import ScannedArtefact, ScannedPlace
from pellucid.domain.scan import ScanStateType
from pellucid.domain.scan_result import ScanResult
from pellucid.domain.severity import Severity
from pellucid.storage.database import Database
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.scans import ScanRepository

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = "router.bin"
BUSYBOX = f"{ROOT}!0x40.squashfs!bin/busybox"
HEADER = {"loadAddress": "0x80008000"}
# What small_tree is made of.
SOFTWARE = Dependency(
    vendor="busybox",
    product="busybox",
    version="1.36.1",
    purl="pkg:generic/busybox@1.36.1",
    confidence=0.9,
    evidence=(Evidence(offset=64, seen="BusyBox v1.36.1", length=15, artefact=BUSYBOX),),
    cpe="cpe:2.3:a:busybox:busybox:1.36.1:*:*:*:*:*:*:*",
    licence="GPL-2.0-only",
    linkage=Linkage.DIRECT,
    witness=Witness.VERSION_STRING,
    places=(BUSYBOX,),
)
LIBRARY = Dependency(
    vendor="openssl",
    product="openssl",
    version="3.0.11-1",
    purl="pkg:deb/debian/openssl@3.0.11-1",
    confidence=1.0,
    evidence=(Evidence(offset=0, seen="Package: openssl", artefact=f"{ROOT}!notes.txt"),),
    ecosystem="Debian:12",
    distro="debian-12",
    places=(BUSYBOX, f"{ROOT}!notes.txt"),
)


def sha(number: int) -> str:
    return f"{number:064x}"


def small_tree() -> ScanResult:
    """An image with a uImage header, in it a file system with files, links, a device, and a text behind it."""
    squashfs = f"{ROOT}!0x40.squashfs"
    root = ScannedArtefact(path=ROOT, sha256=sha(1), size=900, kind="uimage", metadata=HEADER)
    places = (
        ScannedPlace(parent=-1, artefact=root),
        _file(0, squashfs, 2, "squashfs", Entry(name="0x40.squashfs", size=700, facts={"partition": "rootfs"})),
        ScannedPlace(parent=1, entry=Entry(name="bin", kind=EntryKind.DIRECTORY, mode=0o755, uid=0, gid=0, mtime=0)),
        _file(
            1, BUSYBOX, 3, "elf", Entry(name="bin/busybox", size=500, mode=0o4755, uid=0, gid=0, mtime=1_700_000_000)
        ),
        ScannedPlace(parent=1, entry=Entry(name="bin/sh", kind=EntryKind.SYMLINK, target="busybox\0", mode=0o777)),
        ScannedPlace(
            parent=1,
            entry=Entry(
                name="dev/console", kind=EntryKind.CHARACTER_DEVICE, mode=0o600, mtime=1 << 70, facts={"device": "5:1"}
            ),
        ),
        _file(1, f"{squashfs}!etc/100%_ä", 4, "text", Entry(name="etc/100%_ä", size=3, uid=1 << 40, mtime=1 << 60)),
        _file(0, f"{ROOT}!notes.txt", 5, "text", Entry(name="notes.txt", size=4)),
    )
    evidence = Evidence(offset=0, seen="ELF", artefact=BUSYBOX)
    component = Component(kind=ComponentKind.EXECUTABLE, format="elf", architecture="arm", bits=32, evidence=evidence)
    return replace(_result(places, (component,)), dependencies=(SOFTWARE, LIBRARY))


def large_tree(files: int) -> ScanResult:
    """One archive of many small files."""
    root = ScannedArtefact(path=ROOT, sha256=sha(1), size=900, kind="tar")
    entries = [
        _file(
            0, f"{ROOT}!folder/{number}.txt", number + 2, "text", Entry(name=f"folder/{number}.txt", size=9, mode=0o644)
        )
        for number in range(files)
    ]
    return _result((ScannedPlace(parent=-1, artefact=root), *entries), ())


def finding(key: str, *artefacts: str, about: Sequence[Dependency] = (), **more: Any) -> Finding:
    """A finding that is seen in these places and is about these dependencies."""
    return Finding(
        key=key,
        class_="vulnerability",
        type=FindingType.DEPENDENCY_VULNERABILITY,
        severity=more.pop("severity", Severity.HIGH),
        name=key,
        title="a hole",
        description="",
        evidence=tuple(Evidence(offset=0, seen="1.0", artefact=path) for path in artefacts),
        dependencies=tuple(item.identity for item in about),
        **more,
    )


def store(database: Database, product_id: str, scan_id: str, result: ScanResult, *findings: Finding) -> None:
    """End the scan with this result."""
    with database.begin() as tx:
        ScanResultRepository(tx).store(scan_id, result, "digest")
        FindingRepository(tx).store(product_id, scan_id, findings)
        ScanRepository(tx).enter(scan_id, ScanStateType.DONE)


def _file(parent: int, path: str, number: int, kind: str, entry: Entry) -> ScannedPlace:
    artefact = ScannedArtefact(path=path, sha256=sha(number), size=entry.size, kind=kind)
    return ScannedPlace(parent=parent, entry=entry, artefact=artefact)


def _result(places: tuple[ScannedPlace, ...], components: tuple[Component, ...]) -> ScanResult:
    return ScanResult(
        filename=ROOT,
        size=900,
        sha256=sha(1),
        started=NOW,
        finished=NOW,
        counts=ImageCounts(),
        artefacts=tuple(place.artefact for place in places if place.artefact),
        places=places,
        components=components,
    )
