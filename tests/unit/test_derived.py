"""What is kept of the program's own data: only where nobody else could have written it."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from pellucid.analysis import derived
from pellucid.pipeline.messages import Welcome
from pellucid.pipeline.patterns import Patterns
from pellucid.pipeline.pool import Pool


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "cache"
    derived.use(None)


def test_what_was_made_is_not_made_again(folder: Path) -> None:
    derived.use(folder)
    assert derived.kept("thing", b"key", lambda: b"made") == b"made"
    assert derived.kept("thing", b"key", lambda: b"again") == b"made"
    assert derived.kept("thing", b"other key", lambda: b"other") == b"other"
    assert derived.kept("thing", b"key", lambda: b"again") == b"made"


def test_without_a_folder_it_is_made_each_time() -> None:
    assert derived.kept("thing", b"key", lambda: b"made") == b"made"
    assert derived.kept("thing", b"key", lambda: b"again") == b"again"


@pytest.mark.parametrize("mode", [0o770, 0o702])
def test_a_folder_that_others_can_write_to_is_not_used(folder: Path, mode: int) -> None:
    folder.mkdir()
    folder.chmod(mode)
    derived.use(folder)
    derived.kept("thing", b"key", lambda: b"made")
    assert list(folder.iterdir()) == []


def test_a_link_is_not_used_as_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    derived.use(folder)
    derived.kept("thing", b"key", lambda: b"made")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("damage", ["shorter", "other", "empty", "open", "link"])
def test_what_is_damaged_or_not_ours_is_made_again(folder: Path, tmp_path: Path, damage: str) -> None:
    derived.use(folder)
    derived.kept("thing", b"key", lambda: b"made")
    (path,) = folder.iterdir()
    content = path.read_bytes()
    if damage == "open":
        path.chmod(0o666)
    elif damage == "link":
        (tmp_path / "copy").write_bytes(content)
        path.unlink()
        path.symlink_to(tmp_path / "copy")
    else:
        path.write_bytes({"shorter": content[:-1], "other": content[:-1] + b"X", "empty": b""}[damage])
    assert derived.kept("thing", b"key", lambda: b"again") == b"again"
    assert derived.kept("thing", b"key", lambda: b"never") == b"again"


def test_only_the_last_few_of_a_name_are_kept(folder: Path) -> None:
    derived.use(folder)
    for number in range(derived.MOST_OF_A_NAME * 2):
        derived.kept("thing", bytes([number]), lambda: b"made")
    assert len(list(folder.iterdir())) == derived.MOST_OF_A_NAME


def test_a_folder_that_cannot_be_made_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    derived.use(tmp_path / "file" / "cache")
    assert derived.kept("thing", b"key", lambda: b"made") == b"made"
    derived.use(None)


@pytest.mark.parametrize("change", ["content", "size", "other", "name", "new", "gone", "alone"])
def test_a_stamp_changes_with_any_file(tmp_path: Path, change: str) -> None:
    folder, alone = tmp_path / "folder", tmp_path / "alone"
    folder.mkdir()
    for path in (folder / "one", folder / "two", alone):
        path.write_bytes(b"text")
    before = derived.stamp(folder, alone)
    assert derived.stamp(folder, alone) == before
    times = (folder / "one").stat()
    match change:
        case "content":
            (folder / "one").write_bytes(b"TEXT")
            os.utime(folder / "one", ns=(times.st_atime_ns, times.st_mtime_ns))
        case "size":
            (folder / "one").write_bytes(b"longer")
        case "other":
            (tmp_path / "new").write_bytes(b"text")
            (tmp_path / "new").replace(folder / "one")
        case "name":
            (folder / "one").rename(folder / "three")
        case "new":
            (folder / "three").write_bytes(b"")
        case "gone":
            (folder / "one").unlink()
        case "alone":
            alone.write_bytes(b"TEXT!")
    assert derived.stamp(folder, alone) != before


def test_a_process_keeps_what_it_made_before_its_sandbox_and_the_next_one_takes_it(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    kept = []
    for number in range(2):
        welcome = Welcome(memory=1 << 30, file_size=1 << 30, cache=str(cache))
        with Pool(1, work=tmp_path / f"work-{number}", welcome=welcome) as processes:
            assert processes.layers()
        kept.append({path.name: path.stat().st_mtime_ns for path in cache.iterdir()})
    assert kept[0] == kept[1]
    assert {name.partition("-")[0] for name in kept[0]} == {"patterns", "revision", "secret", "signatures"}
    assert cache.stat().st_mode & 0o777 == 0o700


def test_patterns_that_were_kept_find_what_they_did(folder: Path) -> None:
    literals, data = [b"one\0", b"\xff\xfetwo", b"(three)", b"four"], b"..one\0 (three) \xff\xfetwo"
    fresh = Patterns(literals).search(data)
    derived.use(folder)
    asked = []

    def ask() -> list[bytes]:
        asked.append(True)
        return literals

    def known() -> dict[bytes, Sequence[int]]:
        return Patterns.known_by(b"key", ask).search(data)

    assert known() == known() == fresh == {b"one\0": [2], b"(three)": [7], b"\xff\xfetwo": [15]}
    assert len(asked) == 1
    (path,) = folder.iterdir()
    # As another release of the library, or another processor, would have made them.
    for content in (b"\0" * 100, msgspec.msgpack.encode([b"four", b"\4\0\0\0", b"\0" * 100])):
        path.write_bytes(hashlib.sha256(content).digest() + content)
        assert known() == fresh
