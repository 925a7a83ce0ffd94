"""Package databases: what counts as installed, and where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.formats import package_database as db

STATUS = b"""Package: a
Status: install ok installed
Maintainer: x
Version: 1

Package: b
Status: %s
Version: 2
"""


@pytest.mark.parametrize(
    ("status", "installed"),
    [
        (b"install ok installed", True),
        (b"hold ok installed", True),
        (b"install ok unpacked", True),
        (b"install reinstreq half-configured", True),
        (b"deinstall ok config-files", False),
        (b"purge ok not-installed", False),
        (b"install ok half-installed", False),
    ],
)
def test_the_third_word_of_the_status_decides(status: bytes, installed: bool) -> None:
    names = [paragraph["package"] for paragraph in db.installed(STATUS % status, "dpkg")]
    assert names == (["a", "b"] if installed else ["a"])


def test_offsets_are_those_of_the_first_line() -> None:
    data = b"\n\n" + STATUS % b"install ok installed"
    for paragraph in db.deb822(data):
        assert data[paragraph.offset :].startswith(b"Package: ")


def test_continued_lines_and_comments_are_no_fields() -> None:
    (paragraph,) = db.deb822(b"# Package: x\nPackage: a\nDescription: one\n Package: y\n\tVersion: 9\nVersion: 1\n")
    assert paragraph.fields == {"package": "a", "description": "one", "version": "1"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [("", ("libssl3", "3.0-1+b1")), ("openssl", ("openssl", "3.0-1+b1")), ("openssl (3.0-1)", ("openssl", "3.0-1"))],
)
def test_source_package(source: str, expected: tuple[str, str]) -> None:
    fields = {"package": "libssl3", "version": "3.0-1+b1", "source": source}
    assert db.source_of(db.Paragraph(offset=0, length=0, fields=fields)) == expected


def test_a_control_file_is_one_package_and_an_index_is_none() -> None:
    one = b"Package: a\nMaintainer: x\nArchitecture: all\nVersion: 1\n"
    assert [item["package"] for item in db.installed(one, "dpkg")] == ["a"]
    assert list(db.installed(one, "opkg")) == []
    assert list(db.installed(one + b"\n" + one, "dpkg")) == []
    assert list(db.installed(one + b"Filename: a.deb\n", "dpkg")) == []


def test_the_log_of_apts_planner_is_no_database() -> None:
    """External Installation Planner Protocol: what apt keeps in /var/log/apt/eipp.log.xz."""
    package = b"Package: a\nArchitecture: amd64\nVersion: 1\nAPT-ID: 7\nStatus: installed\n"
    log = b"Request: EIPP 0.1\nArchitecture: amd64\nPlanner: internal\n\n" + package + b"\n" + package
    for system in ("dpkg", "opkg"):
        assert list(db.installed(log, system)) == []


def test_the_database_of_vcpkg_is_of_neither() -> None:
    data = b"Package: zlib\nVersion: 1.3.1\nArchitecture: x64-linux\nAbi: 00aa\nStatus: install ok installed\n"
    assert list(db.installed(data, "opkg")) == []
    assert list(db.installed(data, "dpkg")) == []


def test_names_longer_than_any_are_no_packages() -> None:
    data = (STATUS % b"install ok installed").replace(b": a\n", b": " + b"a" * 300 + b"\n")
    assert [item["package"] for item in db.installed(data, "dpkg")] == ["b"]


def test_files_of_apk_stand_in_the_folder_before_them() -> None:
    data = b"P:a\nV:1\nF:\nR:x\nF:usr/bin\nM:0:0:755\nR:y\nZ:Q1z\n\nP:b\nV:2\nF:etc\nR:z\n"
    first, second = db.apk(data)
    assert list(db.apk_files(data, first)) == ["x", "usr/bin/y"]
    assert list(db.apk_files(data, second)) == ["etc/z"]


def test_a_source_with_stanzas_of_packages_is_no_database() -> None:
    assert list(db.installed(b"Source: a\nMaintainer: x\n\nPackage: a\nArchitecture: any\n", "dpkg")) == []


def test_apk_fields_keep_their_case() -> None:
    (item,) = db.apk(b"C:Q1x=\nP:musl\nV:1.2.4-r2\no:musl\nm:x\nF:lib\nR:a:b\n")
    assert (item["P"], item["o"], item["R"]) == ("musl", "musl", "a:b")


@given(st.lists(st.sampled_from([b"Package: a", b"Version: 1", b"Status: x y installed", b"", b"\xff:", b" z"])))
def test_any_lines_are_read(lines: list[bytes]) -> None:
    data = b"\n".join(lines)
    for system in ("dpkg", "opkg"):
        for paragraph in db.installed(data, system):
            assert data[paragraph.offset : paragraph.offset + paragraph.length]
    assert len(list(db.apk(data))) <= len(lines)
    assert db.assignments(data) == {}
