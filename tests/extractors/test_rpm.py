"""RPM packages of every compressor, compared whole; entries that only number their files; damage."""

from pathlib import Path

import pytest
from tests.support import rpm_packages, trees
from tests.support.trees import extract, run

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.rpm import rpm

FACTS = {
    "type": "binary",
    "name": "sample",
    "version": "1.2",
    "release": "3",
    "epoch": "4",
    "vendor": "Nobody",
    "license": "MIT",
    "sourceRpm": "sample-1.2-3.src.rpm",
}


@pytest.mark.parametrize(
    ("payload", "name"),
    [("w6.gzdio", "gzip"), ("w6.xzdio", "xz"), ("w6.lzdio", "lzma"), ("w6.bzdio", "bzip2"), ("w3.zstdio", "zstd")],
)
def test_a_tree_through_every_compressor(tree: Path, tmp_path: Path, payload: str, name: str) -> None:
    data = rpm_packages.built(tree, payload)
    found = extract(rpm, data, tmp_path)
    seen = {path.removeprefix("opt/"): this for path, this in found.seen().items() if path != "opt"}
    assert seen == trees.facts(tree)
    assert not found.problems
    assert FACTS.items() <= found.metadata.items()
    assert found.metadata["payloadCompressor"] == name
    assert {entry.mtime for entry in found.entries if entry.kind is EntryKind.FILE} == {trees.EPOCH}
    assert all(entry.facts["user"] == "root" for entry in found.entries if entry.kind is not EntryKind.HARDLINK)
    assert rpm.measure(b"before" + data + b"behind", 6) == len(data)


def test_configuration_and_devices_are_told(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t/conf").write_text("x = 1\n")
    data = rpm_packages.built(tmp_path / "t", files="%config /opt/conf\n%dev(c 5 1) %attr(600, root, root) /console")
    entries = {entry.name: entry for entry in extract(rpm, data, tmp_path / "out").entries}
    assert entries["opt/conf"].facts == {"user": "root", "group": "root", "configuration": "true"}
    assert entries["console"].kind is EntryKind.CHARACTER_DEVICE
    assert entries["console"].facts["device"] == "5:1"


def test_a_source_package(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    found = extract(rpm, rpm_packages.built(tmp_path / "t", kind="-bs"), tmp_path / "out")
    assert list(found.contents) == ["sample.spec"]
    assert found.metadata["type"] == "source"


def test_entries_that_only_number_their_files(tmp_path: Path) -> None:
    files = [
        (b"a", 0o100755, b"first file", 1),
        (b"linked", 0o100644, b"shared", 2),
        (b"folder", 0o040755, b"", 3),
        (b"link", 0o120777, b"a", 4),
        (b"other", 0o100644, b"shared", 2),
    ]
    found = extract(rpm, rpm_packages.stripped(files), tmp_path)
    assert not found.problems
    assert found.contents == {"usr/a": b"first file", "usr/other": b"shared"}
    kinds = {entry.name: (entry.kind, entry.target) for entry in found.entries}
    assert kinds["usr/linked"] == (EntryKind.HARDLINK, "/usr/other")
    assert kinds["usr/link"] == (EntryKind.SYMLINK, "a")
    assert kinds["usr/folder"] == (EntryKind.DIRECTORY, "")
    assert found.entries[0].mode == 0o755


def test_what_is_cut_off_keeps_its_beginning(tree: Path, tmp_path: Path) -> None:
    data = rpm_packages.built(tree)
    cut = data[: len(data) * 2 // 3]
    assert rpm.measure(cut, 0) == len(data)
    found = extract(rpm, cut, tmp_path)
    assert found.contents
    assert found.kinds == {ProblemKind.TRUNCATED}


def test_without_a_stated_size_the_payload_is_unpacked(tree: Path) -> None:
    data = rpm_packages.stripped([(b"a", 0o100644, b"content", 1)])
    unsized = data.replace((1000).to_bytes(4, "big") + b"\0\0\0\4", (999).to_bytes(4, "big") + b"\0\0\0\4", 1)
    assert unsized != data
    assert rpm.measure(unsized + b"behind", 0) == len(data)


def test_a_payload_of_another_kind_is_unsupported(tmp_path: Path) -> None:
    data = rpm_packages.stripped([(b"a", 0o100644, b"content", 1)])
    found = extract(rpm, data.replace(b"cpio\0", b"drpm\0"), tmp_path)
    assert found.kinds == {ProblemKind.UNSUPPORTED}
    assert found.metadata["name"] == "large"


@pytest.mark.parametrize("at", [4, 79, 96, 104])
def test_what_is_no_package(at: int) -> None:
    data = bytearray(rpm_packages.stripped([(b"a", 0o100644, b"content", 1)]))
    data[at] ^= 0x3F
    with pytest.raises(Malformed):
        rpm.measure(bytes(data), 0)


def test_rpm_reads_what_was_built_by_hand(tmp_path: Path) -> None:
    (tmp_path / "x.rpm").write_bytes(rpm_packages.stripped([(b"a", 0o100644, b"content", 1)]))
    assert run("rpm", "-qp", "--nosignature", "--nodigest", "--qf", "%{NAME} [%{FILENAMES}]", tmp_path / "x.rpm") == (
        b"large /usr/a"
    )
