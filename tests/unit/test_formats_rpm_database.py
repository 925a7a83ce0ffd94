"""Databases of RPM: the three stores hold the same headers, RPM agrees, and damage is Malformed and nothing else."""

import sqlite3
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import rpm_databases
from tests.support.golden_rpm import SERVER
from tests.support.rpm_databases import Package
from tests.support.rpm_packages import built

from pellucid.errors import Encrypted, Malformed, Unsupported
from pellucid.formats import berkeley_db, ndb, rpm_database, sqlite
from pellucid.formats.rpm_database import Installed
from pellucid.formats.scattered import Scattered
from pellucid.formats.span import Data

LARGE = Package(name="large", version="1", release="1", licence="MIT", paths=[f"/usr/{n}/{n}" for n in range(900)])
BLOBS = [item.blob() for item in (*SERVER, LARGE)]
STORES = {
    "sqlite": rpm_databases.sqlite(BLOBS),
    "sqlite-64k": rpm_databases.sqlite(BLOBS, page_size=65536),
    "ndb": rpm_databases.ndb(BLOBS),
    "bdb": rpm_databases.berkeley_db(BLOBS),
    "bdb-big-endian": rpm_databases.berkeley_db(BLOBS, page_size=512, order=">"),
}


def installed(data: Data) -> list[Installed]:
    found = (rpm_database.package(blob) for blob in rpm_database.stored(data))
    return [item[0] for item in found if item]


@pytest.mark.parametrize("store", STORES)
def test_every_store_gives_back_what_was_put_in_with_its_offsets(store: str) -> None:
    data = STORES[store]
    assert rpm_database.is_database(data)
    blobs = list(rpm_database.stored(data))
    assert [blob.data for blob in blobs] == BLOBS
    for blob in blobs:
        assert b"".join(data[offset : offset + length] for offset, length in blob.parts) == blob.data
    for item in installed(data):
        assert data[item.offset :].startswith(item.name.encode() + b"\0")
    assert [item.name for item in installed(data)] == [*(item.name for item in SERVER[:-1]), "large"]


def test_a_package_has_its_parts() -> None:
    (_, item, module, *_) = installed(STORES["ndb"])
    assert rpm_database.full_version(item.epoch, item.version, item.release) == "1:3.0.7-27.el9"
    assert rpm_database.source_of(item) == ("openssl", "1:3.0.7-27.el9")
    assert item.needed == ("/usr/bin/sh", "libc.so.6()(64bit)", "openssl-libs")
    assert item.provided == ("openssl-libs", "libcrypto.so.3()(64bit)")
    assert module.module == "nodejs:18:9030020231213:rhel9"


def test_paths_are_those_that_are_installed() -> None:
    found = rpm_database.package(list(rpm_database.stored(STORES["ndb"]))[1])
    assert found is not None
    assert list(rpm_database.paths(found[1])) == ["/usr/lib64/libcrypto.so.3", "/usr/lib64/libssl.so.3"]


@pytest.mark.parametrize("source", ["", "openssl", "a-b", "-1-2.src.rpm"])
def test_without_a_source_package_its_own_name_counts(source: str) -> None:
    blob = Package(name="tool", version="1.0", release="2", epoch=3, source=source).blob()
    (item,) = installed(rpm_databases.ndb([blob]))
    assert rpm_database.source_of(item) == ("tool", "3:1.0-2")


def test_rpm_reads_what_the_builder_makes_and_is_read(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "file").write_text("x")
    package = tmp_path / "sample.rpm"
    package.write_bytes(built(tree))
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    (ours / "Packages").write_bytes(STORES["bdb"])
    assert rpm(ours, "bdb_ro", "-qa", "--qf", "%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE}\n").split("\n")[1:3] == [
        "openssl-libs 1:3.0.7-27.el9",
        "nodejs 1:18.19.0-1.module+el9.3.0+1",
    ]
    rpm(theirs, "sqlite", "--justdb", "--nodeps", "-i", str(package))
    data = (theirs / "rpmdb.sqlite").read_bytes()
    (blob,) = rpm_database.stored(data)
    found = rpm_database.package(blob)
    assert found is not None
    item, header = found
    assert (item.name, item.epoch, item.version, item.release) == ("sample", "4", "1.2", "3")
    assert rpm_database.source_of(item) == ("sample", "4:1.2-3")
    assert "/opt/file" in set(rpm_database.paths(header))
    assert data[item.offset :].startswith(b"sample\0")


def rpm(folder: Path, backend: str, *arguments: str) -> str:
    command = ["rpm", "--dbpath", str(folder), "--define", f"_db_backend {backend}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_many_rows_and_types_of_sqlite() -> None:
    with sqlite3.connect(":memory:") as database:
        database.execute("PRAGMA page_size=512")
        database.execute("PRAGMA encoding='UTF-16be'")
        database.execute("CREATE TABLE t (a, b, c, d)")
        rows: list[tuple[object, ...]] = [(None, -n, n * 1.5, "ä" * (n % 700)) for n in range(1000)]
        rows += [(0, 1, 2**40, "x"), (1, -(2**63), 127, "")]
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
        database.commit()
        data = database.serialize()
    found = sqlite.Database(data)
    assert found.tables == {"t"}
    assert [tuple(row.values) for row in found.rows("t")] == rows
    assert [row.number for row in found.rows("t")] == list(range(1, 1003))
    assert next(found.records("t"))[1] == {"a": None, "b": 0, "c": 0, "d": ""}
    assert list(found.rows("other")) == []


def test_pages_with_two_parents_are_refused() -> None:
    data = bytearray(STORES["sqlite"])
    root = sqlite.Database(bytes(data))._roots["Packages"]
    at = (root - 1) * 512
    assert data[at] == sqlite.INTERIOR
    data[at + 8 : at + 12] = root.to_bytes(4, "big")
    with pytest.raises(Malformed):
        list(sqlite.Database(bytes(data)).rows("Packages"))


def test_a_chain_that_ends_in_itself_is_refused() -> None:
    large = rpm_databases.berkeley_db([BLOBS[-1]], page_size=512)
    looped = bytearray(large)
    looped[2 * 512 + 16 : 2 * 512 + 20] = (2).to_bytes(4, "little")
    with pytest.raises(Malformed, match="nowhere"):
        list(berkeley_db.values(bytes(looped)))


def test_slots_that_share_a_blob_are_refused() -> None:
    data = bytearray(rpm_databases.ndb([BLOBS[-1]]))
    slot = bytes(data[32:48])
    data[48:64] = slot
    data[64:80] = slot
    with pytest.raises(Malformed, match="same place"):
        list(ndb.blobs(bytes(data)))


def test_variants_are_named() -> None:
    data = bytearray(STORES["bdb"])
    data[16:20] = (5).to_bytes(4, "little")
    with pytest.raises(Unsupported):
        list(berkeley_db.values(bytes(data)))
    data[16:20], data[24] = (9).to_bytes(4, "little"), 1
    with pytest.raises(Encrypted):
        list(berkeley_db.values(bytes(data)))
    with pytest.raises(Unsupported):
        list(ndb.blobs(b"RpmP\1" + STORES["ndb"][5:]))


@settings(max_examples=300, deadline=2000)
@given(store=st.sampled_from(sorted(STORES)), edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4))))
def test_damage_is_malformed_and_nothing_else(store: str, edits: list[tuple[float, bytes]]) -> None:
    data = bytearray(STORES[store])
    for place, value in edits:
        at = int(place * (len(data) - 1))
        data[at : at + len(value)] = value
    total = 0
    try:
        for blob in rpm_database.stored(bytes(data)):
            total += len(blob.data)
            walk(blob)
    except Malformed:
        pass
    assert total <= len(data)


def walk(blob: Scattered) -> None:
    try:
        found = rpm_database.package(blob)
    except Malformed:
        return
    if found:
        rpm_database.source_of(found[0])
        assert sum(1 for _ in rpm_database.paths(found[1])) <= len(blob.data)
