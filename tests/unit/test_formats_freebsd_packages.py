"""The BSDs' packages: pkg's database and packing lists; damage is Malformed and nothing else."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import golden_bsd

from pellucid.errors import Malformed
from pellucid.formats import freebsd_packages, packing_list
from pellucid.formats.owned_paths import Room

DATABASE = next(case.data for case in golden_bsd.cases() if case.name.endswith("/local"))


def test_packages_with_what_belongs_to_them() -> None:
    curl, emacs = freebsd_packages.ports(DATABASE, Room())
    assert (curl.name, curl.version, curl.licences, curl.logic, curl.needs) == ("curl", "8.5.0_1", ("MIT",), "", ())
    assert (emacs.licences, emacs.logic, emacs.needs) == (("MIT", "Apache-2.0"), " OR ", ("curl",))
    assert emacs.paths == ("/usr/local/bin/emacs",)
    assert DATABASE[curl.offset :].find(b"ftp/curlcurl8.5.0_1") in range(20)


def test_columns_are_found_by_their_names() -> None:
    with sqlite3.connect(":memory:") as database:
        script = golden_bsd.SCHEMA.replace(
            "CREATE TABLE files (path", "CREATE TABLE files (mode INT CHECK (mode > 0), path"
        )
        script = script.replace("'x', 1), ('/usr", "'x', 1), (2, '/usr").replace("VALUES ('/usr", "VALUES (1, '/usr")
        database.executescript(script)
        database.execute("ALTER TABLE packages ADD COLUMN vital INTEGER NOT NULL DEFAULT 0")
        data = database.serialize()
    assert [port.paths for port in freebsd_packages.ports(data, Room())] == [
        ("/usr/local/bin/curl",),
        ("/usr/local/bin/emacs",),
    ]


@given(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=4))
def test_damage_is_malformed_and_nothing_else(edits: list[tuple[float, bytes]]) -> None:
    data = bytearray(DATABASE)
    for place, value in edits:
        at = int(place * (len(data) - 1))
        data[at : at + len(value)] = value
    try:
        found = list(freebsd_packages.ports(bytes(data), Room()))
    except Malformed:
        return
    assert len(found) <= len(DATABASE)


@pytest.mark.parametrize(
    ("full", "expected"),
    [
        ("curl-8.5.0", ("curl", "8.5.0")),
        ("py-curl-7.43p0-no_x11", ("py-curl", "7.43p0")),
        ("gtk-2engines-1.0", ("gtk", "2engines")),
        ("noversion", ("", "")),
        ("", ("", "")),
    ],
)
def test_name_and_version_of_a_package(full: str, expected: tuple[str, str]) -> None:
    assert packing_list.split(full) == expected


@given(at=st.floats(0, 1), junk=st.binary(max_size=30))
def test_any_packing_list_is_read(at: float, junk: bytes) -> None:
    for data in (golden_bsd.NETBSD, golden_bsd.OPENBSD):
        place = int(at * len(data))
        hostile = data[:place] + junk + data[place:]
        packing_list.is_packing_list(hostile)
        found = packing_list.read(hostile)
        assert found is None or all(path.startswith("/") for path in found.paths)
