"""tar in all its dialects, written by GNU tar and by hand."""

import io
import tarfile
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.trees import extract, run

from pellucid.analysis.output import HOLE
from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.tar import tar
from pellucid.extractors.tar_v7 import tar_v7

DIALECTS = [
    ("gnu", ()),
    ("posix", ()),
    ("ustar", ()),
    ("gnu", ("--sparse",)),
    *((("posix", ("--sparse", f"--sparse-version={version}"))) for version in ("0.0", "0.1", "1.0")),
]


def packed(tree: Path, dialect: str, *options: str, leave_out: tuple[str, ...] = ()) -> bytes:
    excluded = [f"--exclude=./{name}" for name in leave_out]
    return run("tar", "-C", tree, f"--format={dialect}", "--sort=name", *options, *excluded, "-cf", "-", ".")


@pytest.mark.parametrize(("dialect", "options"), DIALECTS, ids=lambda value: " ".join(value) or "plain")
def test_everything_comes_out(tree: Path, tmp_path: Path, dialect: str, options: tuple[str, ...]) -> None:
    leave_out = ("a" * 120,) if dialect == "ustar" else ()
    data = packed(tree, dialect, *options, leave_out=leave_out)
    found = extract(tar, data, tmp_path)
    seen = found.seen()
    seen.pop("unnamed", None)
    assert seen == trees.facts(tree, leave_out=leave_out)
    assert not found.problems
    assert {entry.mtime for entry in found.entries if entry.name != "unnamed"} == {trees.EPOCH}
    assert tar.measure(data + b"behind", 0) == len(data)
    assert tar.measure(b"before" + data, 6) == len(data)


def test_the_seventh_edition_is_known_by_its_checksum(tree: Path, tmp_path: Path) -> None:
    leave_out = ("a" * 120,)
    data = packed(tree, "v7", leave_out=leave_out)
    assert data[257:265] == bytes(8)
    assert tar_v7.measure(data, 0) == len(data)
    seen = extract(tar_v7, data, tmp_path).seen()
    seen.pop("unnamed", None)
    assert seen == trees.facts(tree, leave_out=leave_out)
    assert not tar_v7.carve


@pytest.mark.parametrize("unit", [tar, tar_v7], ids=lambda unit: unit.name)
def test_a_wrong_checksum_is_no_tar(tree: Path, unit: object, tmp_path: Path) -> None:
    data = bytearray(packed(tree, "ustar" if unit is tar else "v7", leave_out=("a" * 120,)))
    data[0] ^= 1
    for chosen in (tar, tar_v7):
        with pytest.raises(Malformed):
            chosen.measure(bytes(data), 0)
    assert not extract(tar, bytes(data), tmp_path).entries


def test_zero_bytes_are_no_tar() -> None:
    with pytest.raises(Malformed):
        tar_v7.measure(bytes(4096), 0)


def test_a_cut_keeps_what_came_before(tree: Path, tmp_path: Path) -> None:
    data = packed(tree, "gnu")
    found = extract(tar, data[: len(data) // 2], tmp_path)
    assert found.kinds == {ProblemKind.TRUNCATED}
    whole = trees.facts(tree)
    seen = found.seen()
    assert len([name for name, this in seen.items() if whole.get(name) == this]) >= len(seen) - 2


def test_a_damaged_header_ends_the_archive_but_keeps_what_came_before(tmp_path: Path) -> None:
    data = bytearray(made({"one": b"1", "two": b"2", "three": b"3"}))
    data[1024 + 5] ^= 0xFF
    found = extract(tar, bytes(data), tmp_path)
    assert list(found.contents) == ["one"]
    assert found.kinds == {ProblemKind.MALFORMED}
    assert tar.measure(bytes(data), 0) == 1024


def test_names_stay_inside(tmp_path: Path) -> None:
    data = made({"../../etc/cron.d/x": b"1", "/etc/passwd": b"2", "a/../../b": b"3", "./c": b"4"})
    found = extract(tar, data, tmp_path)
    assert list(found.contents) == ["etc/cron.d/x", "etc/passwd", "a/b", "c"]
    assert found.kinds == {ProblemKind.UNSAFE_NAME}


def test_devices_fifos_and_links_are_facts(tmp_path: Path) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, kind, target in (
            ("sda", tarfile.BLKTYPE, ""),
            ("mem", tarfile.CHRTYPE, ""),
            ("pipe", tarfile.FIFOTYPE, ""),
            ("link", tarfile.SYMTYPE, "/" + "t" * 150),
            ("hard", tarfile.LNKTYPE, "../../etc/passwd"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.uid, info.mode = kind, target, 3_000_000, 0o4711
            archive.addfile(info)
    entries = {entry.name: entry for entry in extract(tar, file.getvalue(), tmp_path).entries}
    assert [entries[name].kind for name in ("sda", "mem", "pipe", "link", "hard")] == [
        EntryKind.BLOCK_DEVICE,
        EntryKind.CHARACTER_DEVICE,
        EntryKind.FIFO,
        EntryKind.SYMLINK,
        EntryKind.HARDLINK,
    ]
    assert (entries["link"].target, entries["hard"].target) == ("/" + "t" * 150, "../../etc/passwd")
    assert (entries["sda"].uid, entries["sda"].mode) == (3_000_000, 0o4711)
    assert not list(tmp_path.iterdir())


def test_a_sparse_file_that_claims_terabytes_stops_at_the_budget(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    with (source / "huge").open("wb") as file:
        file.truncate(4 << 40)
    data = run("tar", "-C", source, "--format=posix", "--sparse", "-cf", "-", "huge")
    found = extract(tar, data, tmp_path / "out")
    assert found.stopped
    assert found.entries[0].size <= (64 << 20) * HOLE


def made(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()
