"""ar in the GNU and BSD dialects, Debian packages, old opkg packages."""

import io
import tarfile
from pathlib import Path

import pytest
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.ar import ar

LONG = "a-name-that-is-longer-than-sixteen-characters.o"


def member(name: bytes, content: bytes) -> bytes:
    header = b"%-16b%-12d%-6d%-6d%-8o%-10d`\n" % (name, 1_700_000_000, 12, 34, 0o100640, len(content))
    return header + content + b"\n" * (len(content) & 1)


def test_gnu_names_short_and_long(tmp_path: Path) -> None:
    (tmp_path / "short.o").write_bytes(b"short")
    (tmp_path / LONG).write_bytes(b"long name")
    run("ar", "rcS", "x.a", "short.o", LONG, cwd=tmp_path)
    data = (tmp_path / "x.a").read_bytes()
    found = extract(ar, data, tmp_path / "out")
    assert found.contents == {"short.o": b"short", LONG: b"long name"}
    assert ar.measure(b"xx" + data + b"behind", 2) == len(data)


def test_bsd_names_and_owners(tmp_path: Path) -> None:
    content = LONG.encode() + b"\0" * 5 + b"content"
    data = b"!<arch>\n" + member(b"#1/%d" % (len(LONG) + 5), content) + member(b"plain", b"odd")
    found = extract(ar, data, tmp_path)
    assert found.contents == {LONG: b"content", "plain": b"odd"}
    entry = found.entries[1]
    assert (entry.mode, entry.uid, entry.gid, entry.mtime) == (0o640, 12, 34, 1_700_000_000)


def test_symbol_tables_are_no_members(tmp_path: Path) -> None:
    data = b"!<arch>\n" + b"".join(member(name, b"xxxx") for name in (b"/", b"/SYM64/", b"__.SYMDEF", b"real.o/"))
    assert extract(ar, data, tmp_path).contents == {"real.o": b"xxxx"}


@pytest.mark.parametrize("compressor", ["xz", "gzip", "zstd", "none"])
def test_a_debian_package(tmp_path: Path, compressor: str) -> None:
    (tmp_path / "p/DEBIAN").mkdir(parents=True)
    (tmp_path / "p/DEBIAN").chmod(0o755)
    (tmp_path / "p/DEBIAN/control").write_text(
        "Package: sample\nVersion: 1.0\nArchitecture: all\nMaintainer: N <n@example.org>\nDescription: x\n"
    )
    run("dpkg-deb", "--root-owner-group", f"-Z{compressor}", "-b", "p", "x.deb", cwd=tmp_path)
    found = extract(ar, (tmp_path / "x.deb").read_bytes(), tmp_path / "out")
    assert [name.partition(".")[0] for name in found.contents] == ["debian-binary", "control", "data"]
    assert found.contents["debian-binary"] == b"2.0\n"


def test_an_old_package_of_opkg(tmp_path: Path) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("./control"))
    data = b"!<arch>\n" + member(b"debian-binary/", b"2.0\n") + member(b"control.tar.gz/", file.getvalue())
    assert extract(ar, data, tmp_path).contents["control.tar.gz"] == file.getvalue()


def test_a_cut_member_keeps_its_beginning(tmp_path: Path) -> None:
    data = b"!<arch>\n" + member(b"one", b"1111") + member(b"two", b"2" * 1000)
    found = extract(ar, data[:-500], tmp_path)
    assert found.contents == {"one": b"1111", "two": b"2" * 500}
    assert found.kinds == {ProblemKind.TRUNCATED}
    assert ar.measure(data[:-500], 0) == len(data)


def test_a_long_name_that_is_nowhere_is_a_problem(tmp_path: Path) -> None:
    data = b"!<arch>\n" + member(b"/77", b"x") + member(b"#1/9999", b"y") + member(b"good", b"z")
    found = extract(ar, data, tmp_path)
    assert found.contents == {"good": b"z"}
    assert [kind for kind, _ in found.problems] == [ProblemKind.MALFORMED] * 2


@pytest.mark.parametrize("data", [b"!<arch>\n", b"!<arch>\n" + b"x" * 100, b"!<thim>\n" + member(b"a", b"b")])
def test_what_is_no_ar(data: bytes) -> None:
    with pytest.raises(Malformed):
        ar.measure(data, 0)


def test_a_thin_archive_only_names_its_members(tmp_path: Path) -> None:
    for name in ("one.o", LONG):
        (tmp_path / name).write_bytes(b"content elsewhere")
    run("ar", "rcT", "x.a", "one.o", LONG, cwd=tmp_path)
    data = (tmp_path / "x.a").read_bytes()
    found = extract(ar, data, tmp_path / "out")
    assert not found.contents
    assert found.problems == [(ProblemKind.UNSUPPORTED, "a thin archive: its 2 members are files outside of it")]
    assert ar.measure(data + b"behind", 0) == len(data)


def test_owners_that_are_no_numbers(tmp_path: Path) -> None:
    data = b"!<arch>\n" + member(b"a", b"xx").replace(b"12    34    ", b"-2    nobody")
    found = extract(ar, data, tmp_path)
    assert found.contents == {"a": b"xx"}
    assert (found.entries[0].uid, found.entries[0].gid) == (0, 0)
