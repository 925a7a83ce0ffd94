"""Packs and scratch: what was put comes back whole, and a process that lies about where it lies is found out."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.analysis import pack
from pellucid.analysis.limits import Limits
from pellucid.analysis.output import Output
from pellucid.domain.entry import Entry, EntryKind
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.formats.span import zeros
from pellucid.pipeline.content import Child
from pellucid.pipeline.scratch import Extent, Scratch

SIZES = st.lists(st.sampled_from([0, 1, 100, pack.MAPPED - 1, pack.MAPPED, pack.MAPPED + 1, 300_000]), max_size=8)


def put(folder: Path, files: list[list[bytes]]) -> list[Child]:
    output = Output(folder, unit="test", source_size=1, limits=Limits())
    for number, chunks in enumerate(files):
        output.file(str(number), chunks)
    output.close()
    return [Child(entry) for entry in output.entries]


@settings(max_examples=40, deadline=None)
@given(sizes=SIZES, step=st.sampled_from([1000, 40_000, 1 << 21]))
def test_what_was_put_comes_back(tmp_path_factory: pytest.TempPathFactory, sizes: list[int], step: int) -> None:
    folder = tmp_path_factory.mktemp("put")
    wholes = [bytes([number]) + os.urandom(1) * max(size - 1, 0) if size else b"" for number, size in enumerate(sizes)]
    children = put(folder, [[whole[at : at + step] for at in range(0, len(whole), step)] for whole in wholes])
    scratch = Scratch(folder / "scratch")
    (folder / "image").touch()
    scratch.take_in(folder, Extent(folder / "image", 0, 0), children)
    for child, whole in zip(children, wholes, strict=True):
        assert child.sha256 == hashlib.sha256(whole).hexdigest()
        assert pack.Pack.addressable(child.entry.stored, child.entry.size)
        with scratch.opened(child.sha256) as data:
            assert data[:] == whole


def test_holes_take_no_room(tmp_path: Path) -> None:
    output = Output(tmp_path, unit="test", source_size=1, limits=Limits())
    output.file("sparse", [bytes(100_000), *zeros(64 << 20)])
    output.file("island", [b"x" * 70_000, *zeros(32 << 20), b"y"])
    output.close()
    children = [Child(entry) for entry in output.entries]
    scratch = Scratch(tmp_path / "scratch")
    scratch.take_in(tmp_path, Extent(tmp_path, 0, 0), children)
    expected = [bytes(100_000 + (64 << 20)), b"x" * 70_000 + bytes(32 << 20) + b"y"]
    assert [child.sha256 for child in children] == [hashlib.sha256(whole).hexdigest() for whole in expected]
    assert scratch.written < 1 << 20


def test_a_part_is_not_copied_when_it_can_be_mapped(tmp_path: Path) -> None:
    source = tmp_path / "image"
    source.write_bytes(os.urandom(4 * pack.PAGE))
    data = source.read_bytes()
    output = Output(tmp_path, unit="test", source_size=len(data), limits=Limits())
    output.part("aligned", data, pack.PAGE, 2 * pack.PAGE)
    output.part("unaligned", data, pack.PAGE + 1, 2 * pack.PAGE)
    output.part("small", data, 7, 9)
    output.part("cut off", data, 3 * pack.PAGE, 2 * pack.PAGE)
    output.close()
    assert [entry.inside for entry in output.entries] == [True, False, True, True]
    assert output.problems[0].message == f"cut off: {pack.PAGE:,} bytes are missing at the end"
    scratch = Scratch(tmp_path / "scratch")
    children = [Child(entry) for entry in output.entries]
    scratch.take_in(tmp_path, Extent(source, 0, len(data)), children)
    starts = {"aligned": pack.PAGE, "unaligned": pack.PAGE + 1, "small": 7, "cut off": 3 * pack.PAGE}
    for child in children:
        start = starts[child.entry.name]
        assert child.sha256 == hashlib.sha256(data[start : start + child.entry.size]).hexdigest()
    assert [child.entry.size for child in children] == [2 * pack.PAGE, 2 * pack.PAGE, 9, pack.PAGE]


def test_parts_count_against_the_budget(tmp_path: Path) -> None:
    output = Output(tmp_path, unit="test", source_size=1, limits=Limits(bytes=pack.PAGE))
    with pytest.raises(BudgetExceeded):
        output.part("much", bytes(17 * pack.PAGE), 0, 17 * pack.PAGE)


@pytest.mark.parametrize(
    "lie",
    [
        {"stored": 0, "size": 11},
        {"stored": 5, "size": 6},
        {"stored": 1, "size": pack.MAPPED},
        {"stored": 0, "size": 1 << 62},
        {"stored": 0, "size": -1},
        {"stored": 91, "size": 10, "inside": True},
    ],
)
def test_an_entry_that_lies_outside_is_refused(tmp_path: Path, lie: dict[str, int]) -> None:
    (tmp_path / pack.NAME).write_bytes(b"0123456789")
    (tmp_path / "image").write_bytes(bytes(200))
    child = Child(Entry(name="lie", **lie))  # type: ignore[arg-type]  # fields by name
    with pytest.raises(Malformed, match="outside"):
        Scratch(tmp_path / "scratch").take_in(tmp_path, Extent(tmp_path / "image", 100, 100), [child])


@pytest.mark.parametrize("left", ["nothing", "link", "fifo", "folder"])
def test_only_a_regular_file_is_taken_over(tmp_path: Path, left: str) -> None:
    (tmp_path / "secret").write_bytes(b"0123456789")
    place = tmp_path / pack.NAME
    if left == "link":
        place.symlink_to(tmp_path / "secret")
    elif left == "fifo":
        os.mkfifo(place)
    elif left == "folder":
        place.mkdir()
    child = Child(Entry(name="x", stored=0, size=10))
    with pytest.raises(Malformed, match="came out is not"):
        Scratch(tmp_path / "scratch").take_in(tmp_path, Extent(tmp_path / "secret", 0, 10), [child])
    assert child.sha256 == ""


def test_few_bytes_need_no_file_of_their_own(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "scratch")
    sizes = [(3, 5), (pack.MAPPED, 7), (100_000, 80), (1,)]
    contents = [[bytes([number]) * size for number, size in enumerate(some, 65)] for some in sizes]
    for number, some in enumerate(contents):
        folder = tmp_path / str(number)
        folder.mkdir()
        output = Output(folder, unit="test", source_size=1, limits=Limits(), hold=True)
        for content in some:
            output.file("name", [content])
        output.close()
        assert list(folder.iterdir()) == []
        children = [Child(entry) for entry in output.entries]
        scratch.take_in(folder, Extent(tmp_path, 0, 0), children, output.held)
        for child, content in zip(children, some, strict=True):
            with scratch.opened(child.sha256) as data:
                assert bytes(data) == content
    assert len(list((tmp_path / "scratch").iterdir())) == 1


def test_much_is_written_to_a_file_whoever_asks_to_hold_it(tmp_path: Path) -> None:
    output = Output(tmp_path, unit="test", source_size=1, limits=Limits(), hold=True)
    output.file("name", [b"x" * (pack.MOST_HELD + 1)])
    output.close()
    assert output.held == b""
    assert (tmp_path / pack.NAME).stat().st_size == pack.MOST_HELD + 1


@pytest.mark.parametrize(
    ("stored", "size", "held"), [(0, 4, b"abc"), (2, 2, b"abc"), (0, 1, bytes(pack.MOST_HELD + 1))]
)
def test_what_is_sent_is_checked_like_a_file(tmp_path: Path, stored: int, size: int, held: bytes) -> None:
    child = Child(Entry(name="x", kind=EntryKind.FILE, size=size, stored=stored))
    with pytest.raises(Malformed):
        Scratch(tmp_path / "scratch").take_in(tmp_path, Extent(tmp_path, 0, 0), [child], held)


def test_a_file_that_is_one_artefact_is_given_away_once_and_copied_after_that(tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    (child,) = put(tmp_path, [[content]])
    scratch = Scratch(tmp_path / "scratch")
    (tmp_path / "image").touch()
    scratch.take_in(tmp_path, Extent(tmp_path / "image", 0, 0), [child])
    extent = scratch.get(child.sha256)
    assert extent
    first, second, usual = tmp_path / "first", tmp_path / "second", tmp_path / "usual"
    for target in (first, second):
        assert scratch.copy(child.sha256, target) == len(content)
        assert target.read_bytes() == content
    usual.touch()
    assert first.samefile(extent.path)
    assert not second.samefile(extent.path)
    assert {(path.stat().st_mode, path.stat().st_uid) for path in (first, second, usual)} == {
        (usual.stat().st_mode, os.geteuid())
    }


def test_the_scanned_file_itself_is_never_given_away(tmp_path: Path) -> None:
    image = tmp_path / "image"
    image.write_bytes(os.urandom(2 << 20))
    scratch = Scratch(tmp_path / "scratch")
    scratch.add("image", Extent(image, 0, 2 << 20))
    scratch.copy("image", tmp_path / "copy")
    assert not (tmp_path / "copy").samefile(image)
