"""zip: methods, names, modes, links, zip64, encryption, overlaps, and archives without a central directory."""

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
import zstandard
from tests.support import trees
from tests.support.trees import extract, run

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.zip import zip_archive

METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
CONTENT = b"content of an entry, said more than once " * 3000


def made(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2023, 11, 14, 22, 13, 20)), content, method)
    return file.getvalue()


def test_a_tree_with_modes_and_links(tree: Path, tmp_path: Path) -> None:
    run("zip", "-qry", tmp_path / "x.zip", ".", cwd=tree)
    data = (tmp_path / "x.zip").read_bytes()
    found = extract(zip_archive, data, tmp_path / "out")
    assert found.seen() == trees.facts(tree)
    assert not found.problems
    assert {entry.mtime for entry in found.entries} == {trees.EPOCH}
    assert {entry.uid for entry in found.entries} == {(tree / "bin").stat().st_uid}
    assert zip_archive.measure(b"before" + data + b"behind", 6) == len(data)


@pytest.mark.parametrize("method", METHODS)
def test_methods(tmp_path: Path, method: int) -> None:
    data = made({"a": CONTENT, "b/c": b"", "d": b"short"}, method)
    found = extract(zip_archive, data, tmp_path)
    assert found.contents == {"a": CONTENT, "b/c": b"", "d": b"short"}
    assert not found.problems
    assert found.entries[0].mtime == trees.EPOCH


def test_zstandard_entries(tmp_path: Path) -> None:
    frame = zstandard.compress(CONTENT)
    data = bytearray(made({"a": frame}, zipfile.ZIP_STORED))
    central = data.index(b"PK\1\2")
    for at, offset in ((0, 8), (central, 10)):
        struct.pack_into("<H", data, at + offset, 93)
        struct.pack_into("<3I", data, at + offset + 6, zlib.crc32(CONTENT), len(frame), len(CONTENT))
    assert extract(zip_archive, bytes(data), tmp_path).contents == {"a": CONTENT}


def test_a_method_that_is_not_known_leaves_the_others(tmp_path: Path) -> None:
    data = bytearray(made({"old": CONTENT, "new": b"readable"}))
    for at, offset in ((0, 8), (data.index(b"PK\1\2"), 10)):
        struct.pack_into("<H", data, at + offset, 9)
    found = extract(zip_archive, bytes(data), tmp_path)
    assert found.contents == {"new": b"readable"}
    assert found.kinds == {ProblemKind.UNSUPPORTED}


def test_written_to_a_pipe_and_in_zip64(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("big", "w", force_zip64=True) as out:
        out.write(CONTENT)
    assert extract(zip_archive, file.getvalue(), tmp_path).contents == {"big": CONTENT}
    (tmp_path / "source").write_bytes(CONTENT)
    piped = run("zip", "-q", "-", "-", feed=CONTENT)
    assert piped[6] & 8
    assert extract(zip_archive, piped, tmp_path / "piped").contents == {"-": CONTENT}
    assert zip_archive.measure(piped + b"behind", 0) == len(piped)


def test_end_records_of_zip64(tmp_path: Path) -> None:
    plain = made({"a": CONTENT})
    at = plain.index(b"PK\1\2")
    directory, end = plain[at : plain.index(b"PK\5\6")], plain[plain.index(b"PK\5\6") :]
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), at)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, at + len(directory), 1)
    masked = end[:8] + b"\xff" * 12 + end[20:]
    data = plain[:at] + directory + end64 + locator + masked
    assert extract(zip_archive, data, tmp_path).contents == {"a": CONTENT}
    assert extract(zip_archive, b"stub" * 9 + data, tmp_path).contents == {"a": CONTENT}


def test_names_in_utf_8_and_code_page_437(tmp_path: Path) -> None:
    data = bytearray(made({"bücher": b"1"}, 0))
    assert list(extract(zip_archive, bytes(data), tmp_path).contents) == ["bücher"]
    old = made({"b__cher\\x": b"1"}, 0).replace(b"b__cher", "büßcher".encode("cp437"))
    old = old.replace(b"PK\1\2" + old[old.index(b"PK\1\2") + 4 : old.index(b"PK\1\2") + 6], b"PK\1\2\x14\0")
    assert list(extract(zip_archive, old, tmp_path).contents) == ["büßcher/x"]


def test_encrypted_entries_are_counted_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(CONTENT)
    run("zip", "-qeP", "secret", "x.zip", "one", "two", cwd=tmp_path)
    found = extract(zip_archive, (tmp_path / "x.zip").read_bytes(), tmp_path / "out")
    assert not found.contents
    assert found.problems == [(ProblemKind.ENCRYPTED, "2 of 2 entries are encrypted")]


def test_entries_that_overlap_are_refused(tmp_path: Path) -> None:
    data = bytearray(made({name: bytes(100_000) for name in "abcdef"}))
    at = data.index(b"PK\1\2")
    for _ in range(6):
        struct.pack_into("<I", data, at + 42, 0)
        at += 46 + 1
    found = extract(zip_archive, bytes(data), tmp_path)
    assert len(found.contents) == 1
    assert found.problems == [(ProblemKind.MALFORMED, "5 entries overlap others and were not unpacked")]


def test_an_entry_that_lies_about_its_size_stops_there(tmp_path: Path) -> None:
    data = bytearray(made({"bomb": bytes(30 << 20), "good": b"x"}))
    struct.pack_into("<I", data, data.index(b"PK\1\2") + 24, 1000)
    found = extract(zip_archive, bytes(data), tmp_path)
    assert len(found.contents["bomb"]) <= 1000
    assert found.contents["good"] == b"x"
    assert found.kinds == {ProblemKind.MALFORMED}


def test_a_wrong_checksum_keeps_the_content(tmp_path: Path) -> None:
    data = bytearray(made({"a": CONTENT}))
    data[data.index(b"PK\1\2") + 16] ^= 1
    found = extract(zip_archive, bytes(data), tmp_path)
    assert found.contents == {"a": CONTENT}
    assert found.kinds == {ProblemKind.MALFORMED}


def test_without_a_central_directory_the_entries_speak_for_themselves(tmp_path: Path) -> None:
    data = made({"a": CONTENT, "b": b"second"})
    cut = data[: data.index(b"PK\1\2")]
    assert zip_archive.measure(cut + b"behind", 0) == len(cut)
    found = extract(zip_archive, cut, tmp_path)
    assert found.contents == {"a": CONTENT, "b": b"second"}
    assert found.kinds == {ProblemKind.MALFORMED}


def test_a_cut_archive_is_measured_as_longer_than_what_is_there(tmp_path: Path) -> None:
    data = made({"a": b"first", "b": CONTENT})
    second = data.index(b"PK\3\4", 4)
    for cut in (data[: second + 10], data[: second + 60]):
        assert zip_archive.measure(cut, 0) > len(cut)
        found = extract(zip_archive, cut, tmp_path)
        assert found.contents["a"] == b"first"
        assert ProblemKind.TRUNCATED in found.kinds


def test_names_stay_inside_and_links_are_facts(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("../../escaped", b"x")
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        link.create_system = 3
        archive.writestr(link, "../../../../etc/passwd")
    found = extract(zip_archive, file.getvalue(), tmp_path)
    assert found.contents == {"escaped": b"x"}
    assert found.kinds == {ProblemKind.UNSAFE_NAME}
    assert (found.entries[1].kind, found.entries[1].target) == (EntryKind.SYMLINK, "../../../../etc/passwd")


@pytest.mark.parametrize(
    "data",
    [
        b"PK\3\4",
        b"PK\3\4" + bytes(26),
        b"PK\3\4" + b"\xff" * 300,
        b"PK\3\4\x14\0\0\0\0\0" + bytes(8) + b"\xff\xff\xff\x7f\xff\xff\xff\x7f\1\0\0\0a" + bytes(99),
    ],
)
def test_a_magic_alone_is_no_zip(data: bytes) -> None:
    with pytest.raises(Malformed):
        zip_archive.measure(data, 0)


def test_a_link_that_states_no_size_is_no_bomb(tmp_path: Path) -> None:
    """Its size and checksum are struck out of the directory, as if they followed the data."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, bytes(64 << 20), zipfile.ZIP_DEFLATED)
        archive.writestr("after", b"fine")
    data = bytearray(sink.getvalue())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 0x08
    data[at + 16 : at + 20] = data[at + 24 : at + 28] = bytes(4)
    found = extract(zip_archive, bytes(data), tmp_path)
    assert [(entry.name, entry.kind) for entry in found.entries] == [("after", EntryKind.FILE)]
    assert found.kinds == {ProblemKind.MALFORMED}


def test_old_and_rare_methods_are_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(CONTENT)
    for method in ("Deflate64", "PPMd"):
        run("7z", "a", "-bd", "-tzip", f"-mm={method}", f"{method}.zip", "a", cwd=tmp_path)
        found = extract(zip_archive, (tmp_path / f"{method}.zip").read_bytes(), tmp_path / "out")
        assert found.kinds == {ProblemKind.UNSUPPORTED}
        assert f"({method}) cannot be read" in found.problems[0][1]


def test_parts_of_an_archive_of_several(tmp_path: Path) -> None:
    noise = random.Random(5).randbytes(150_000)
    (tmp_path / "a").write_bytes(noise)
    (tmp_path / "b").write_bytes(CONTENT)
    run("zip", "-q", "-s", "64k", "x.zip", "a", "b", cwd=tmp_path)
    parts = [path.read_bytes() for path in (*sorted(tmp_path.glob("x.z0*")), tmp_path / "x.zip")]
    assert len(parts) == 3
    joined = b"".join(parts)
    assert zip_archive.measure(joined + b"behind", 0) == len(joined)
    found = extract(zip_archive, joined, tmp_path / "joined")
    assert found.contents == {"a": noise, "b": CONTENT}
    assert ProblemKind.UNSUPPORTED in found.kinds
    first = extract(zip_archive, parts[0], tmp_path / "first")
    assert noise.startswith(first.contents["a"])
    assert {ProblemKind.UNSUPPORTED, ProblemKind.TRUNCATED} <= first.kinds
    assert zip_archive.measure(parts[0], 0) > len(parts[0])


def test_a_single_part_with_the_mark_of_several(tmp_path: Path) -> None:
    data = b"PK00" + made({"a": CONTENT})
    assert extract(zip_archive, data, tmp_path).contents == {"a": CONTENT}
    assert zip_archive.measure(data + b"behind", 0) == len(data)
