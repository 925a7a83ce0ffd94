"""What a scan found comes back whole: dependencies with their places, components with their contents, links."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.scanned_trees import BUSYBOX, ROOT, finding, sha, small_tree, store
from tests.support.stored import Stored, stored_image

from pellucid.domain.component import Component, ComponentKind, Reachability
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.evidence import Evidence
from pellucid.domain.ids import is_id
from pellucid.domain.link import Link, LinkKind
from pellucid.domain.scan_result import ScanResult
from pellucid.storage.database import Database
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.rows.finding import FindingRow, OccurrenceDependencyRow
from pellucid.storage.rows.inventory import ScanDependencyRow

NOTES = f"{ROOT}!notes.txt"
EVERYTHING = Dependency(
    vendor="busybox",
    product="busybox",
    version="1:1.36.1-r2",
    purl="pkg:apk/alpine/busybox@1.36.1-r2",
    confidence=0.75,
    evidence=(Evidence(artefact=BUSYBOX, offset=1 << 40, length=3, seen="BusyBox v1.36.1"),),
    cpe="cpe:2.3:a:busybox:busybox:1.36.1:*:*:*:*:*:*:*",
    licence="GPL-2.0-only",
    linkage=Linkage.EMBEDDED,
    ecosystem="Alpine:v3.19",
    source_name="busybox-source",
    source_version="1.36.1",
    witness=Witness.MANIFEST,
    version_range="vers:generic/>=1.36|<1.37",
    epoch="1",
    release="r2",
    distro="alpine-3.19",
    cpe_candidates=("cpe:2.3:a:rob:busybox:1.36.1:*:*:*:*:*:*:*",),
    requires=("musl", "libcrypto3"),
    aliases=("bb",),
    name_version="busybox-*\nbusybox.*",
    places=(BUSYBOX, NOTES),
)
PROGRAM = Component(
    kind=ComponentKind.LIBRARY,
    format="elf",
    architecture="arm",
    bits=32,
    evidence=Evidence(artefact=BUSYBOX, offset=1 << 33, length=52, seen="ELF 32-bit"),
    name="libbusybox.so.1",
    needed=("libc.so.6", "libm.so.6"),
    rpath=("/opt/lib",),
    runpath=("$ORIGIN",),
    interpreter="/lib/ld-linux.so.3",
    calls=("/bin/sh",),
    reachability=Reachability.LOADED,
)
LINKS = (
    Link(source=NOTES, target=BUSYBOX, kind=LinkKind.CALLS),
    Link(source=BUSYBOX, target=NOTES, kind=LinkKind.LOADS),
)


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    return stored_image(database, tmp_path)


def inventory(*dependencies: Dependency) -> ScanResult:
    return replace(small_tree(), dependencies=dependencies, components=(PROGRAM,), links=LINKS)


def test_everything_comes_back(database: Database, stored: Stored) -> None:
    for item in fields(Dependency):
        assert getattr(EVERYTHING, item.name) != item.default, f"{item.name} is not tested"
    scan = stored.image.scans[0].id
    given = (EVERYTHING, replace(EVERYTHING, product="other", places=()))
    store(database, stored.product_id, scan, inventory(*given))
    with database.read() as tx:
        results = ScanResultRepository(tx)
        assert results.dependencies(scan) == list(given)
        (part,) = results.components(scan)
        assert part.component == PROGRAM
        assert (part.sha256, part.size) == (sha(3), 500)
        assert results.links(scan) == list(LINKS)
        for read in (results.dependencies, results.components, results.links):
            assert list(read("0" * 26)) == []


def test_ids_are_ulids_in_the_order_of_the_inventory(database: Database, stored: Stored) -> None:
    scan = stored.image.scans[0].id
    store(database, stored.product_id, scan, inventory(*(replace(EVERYTHING, version=str(at)) for at in range(300))))
    with database.read() as tx:
        ids = list(tx.session.scalars(select(ScanDependencyRow.id).order_by(ScanDependencyRow.number)))
    assert len(set(ids)) == 300
    assert ids == sorted(ids)
    assert all(is_id(item) for item in ids)


def test_what_no_column_holds_is_cut_or_left_out(database: Database, stored: Stored) -> None:
    scan = stored.image.scans[0].id
    wild = replace(EVERYTHING, product="ü" * 300, licence="a\0b", requires=("\0",), places=("gone", BUSYBOX, BUSYBOX))
    stray = Link(source="gone", target=BUSYBOX, kind=LinkKind.LOADS)
    lost = replace(PROGRAM, evidence=replace(PROGRAM.evidence, artefact="gone"), format="f" * 20)
    result = replace(inventory(wild), links=(stray, *LINKS), components=(lost,))
    store(database, stored.product_id, scan, result)
    with database.read() as tx:
        results = ScanResultRepository(tx)
        (found,) = results.dependencies(scan)
        assert found.product == "ü" * 255
        assert found.licence == "a\N{SYMBOL FOR NULL}b"
        assert found.requires == ("\0",)
        assert found.places == (BUSYBOX,)
        assert results.links(scan) == list(LINKS)
        (part,) = results.components(scan)
        assert (part.path, part.sha256, part.size, part.component.format) == ("gone", "", 0, "f" * 16)


def test_findings_know_their_dependencies(database: Database, stored: Stored) -> None:
    scan = stored.image.scans[0].id
    other = replace(EVERYTHING, version="2")
    about = replace(finding("CVE-1", BUSYBOX), dependencies=(other.identity, EVERYTHING.identity, ("a", "b", "c", "d")))
    store(database, stored.product_id, scan, inventory(EVERYTHING, other), about, finding("CVE-2", BUSYBOX))
    row = OccurrenceDependencyRow
    query = select(row.scan_id, row.dependency, FindingRow.name).join(FindingRow, FindingRow.id == row.finding_id)
    for _ in range(2):
        with database.begin() as tx:
            found = tx.session.execute(query.order_by(row.dependency)).all()
            assert found == [(scan, 0, "CVE-1"), (scan, 1, "CVE-1")]
            FindingRepository(tx).store(stored.product_id, scan, [about])
