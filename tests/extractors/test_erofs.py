"""EROFS: layouts and compressors as mkfs.erofs makes them, and what only newer versions make; damage and bombs."""

import os
import random
import struct
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.erofs_images import (
    BLOCK,
    CHUNKS,
    FIRST,
    FRAGMENT,
    INTERLACED,
    METHODS,
    PLAIN,
    SECOND,
    TIME,
    Image,
    deflate,
    microlzma,
)
from tests.support.trees import extract, run

from pellucid.analysis.limits import Limits
from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.erofs import erofs

VARIANTS = {
    "plain": (),
    "nothing inline": ("-Enoinline_data",),
    "extended inodes": ("-Eforce-inode-extended", "-zlz4"),
    "lz4": ("-zlz4",),
    "lz4 in short extents": ("-zlz4", "--max-extent-bytes=8192"),
    "big clusters": ("-zlz4hc", "-C65536"),
    "tails inline": ("-zlz4", "-Eztailpacking"),
    "big clusters, tails inline": ("-zlz4hc", "-C1048576", "-Eztailpacking"),
    "full indexes": ("-zlz4", "-Elegacy-compress"),
    "full indexes, big clusters": ("-zlz4", "-C16384", "-Elegacy-compress"),
    "chunks": ("--chunksize=4096",),
    "chunk indexes": ("--chunksize=8192", "-Eforce-chunk-indexes"),
    "chunk blocks": ("--chunksize=16384", "-Eforce-inode-blockmap"),
}
CONTENT = b"the same line over and over\n" * 1500 + random.Random(3).randbytes(9000) + bytes(20_000)


def made(tree: Path, folder: Path, *options: str) -> bytes:
    target = folder / "x.erofs"
    run("mkfs.erofs", *options, target, tree)
    return target.read_bytes()


@pytest.fixture(scope="module")
def packed(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tree, tmp_path_factory.mktemp("packed"), "-zlz4")


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
def test_everything_comes_out(tree: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    data = made(tree, tmp_path, *options)
    found = trees.whole(erofs, data, tree, tmp_path / "out")
    assert {entry.mtime for entry in found.entries} == {trees.EPOCH}
    assert erofs.measure(data + b"behind", 0) == len(data)
    assert {entry.kind for entry in found.entries if entry.name in ("block", "linked")} == {
        EntryKind.FILE,
        EntryKind.HARDLINK,
    }


def test_the_superblock_becomes_facts(tree: Path, tmp_path: Path) -> None:
    uuid = "c1b9d5a2-f162-11cf-9ece-0020afc76f16"
    found = extract(erofs, made(tree, tmp_path, "-T1600000000", f"-U{uuid}", "-Eforce-inode-compact"), tmp_path / "out")
    assert (found.metadata["uuid"], found.metadata["created"]) == (uuid, "1600000000")
    assert {entry.mtime for entry in found.entries} == {1_600_000_000}


def test_devices_and_fifos_are_facts(tmp_path: Path) -> None:
    image = Image()
    image.add("mem", image.inode(0o20640, 0, value=0x101), 3)
    image.add("nvme", image.inode(0o60600, 0, value=0x1102FF), 4)
    (tmp_path / "tree").mkdir()
    os.mkfifo(tmp_path / "tree/pipe", 0o600)
    found = extract(erofs, image.build(), tmp_path / "out")
    assert [(entry.kind, entry.mode, entry.uid, entry.facts) for entry in found.entries] == [
        (EntryKind.CHARACTER_DEVICE, 0o640, 5, {"device": "1:1"}),
        (EntryKind.BLOCK_DEVICE, 0o600, 5, {"device": "258:511"}),
    ]
    pipes = extract(erofs, made(tmp_path / "tree", tmp_path), tmp_path / "out").entries
    assert [(entry.name, entry.kind, entry.mode) for entry in pipes] == [("pipe", EntryKind.FIFO, 0o600)]


def test_extended_attributes_are_passed_over(tmp_path: Path) -> None:
    image = Image()
    label = bytes(12) + b"\x07\x06\x05\x00selinux" + b"label" + bytes(4)
    count = 1 + (len(label) - 12) // 4
    image.add("file", image.inode(0o100644, 6, layout=2, behind=label + b"inside", attributes=count))
    found = extract(erofs, image.build(), tmp_path)
    assert found.contents == {"file": b"inside"}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("step", [8193, 10_000, 65_536])
def test_every_compressor(tmp_path: Path, method: str, step: int) -> None:
    image = Image()
    image.add("file", image.compressed(CONTENT, step, method))
    found = extract(erofs, image.build(), tmp_path)
    assert found.contents == {"file": CONTENT}
    assert not found.problems
    assert found.entries[0].mtime == TIME


def test_stored_clusters_and_a_second_compressor(tmp_path: Path) -> None:
    image = Image()
    content = CONTENT[-30_000:]
    turned = content[5000:9000]
    # A stored cluster that begins at 904 of a block stands from 904 on, its end from 0.
    rotated = bytearray(BLOCK)
    rotated[904 : 904 + 3192] = turned[:3192]
    rotated[: 4000 - 3192] = turned[3192:]
    extents = [
        (0, FIRST, image.store(deflate(content[:5000])), 1),
        (5000, PLAIN, image.store(bytes(rotated)), 1),
        (9000, SECOND, image.store(microlzma(content[9000:])), 1),
    ]
    image.add("turned", image.indexed(len(content), extents, advice=2 | 4 | INTERLACED, methods=2 | 1 << 4))
    extents[1] = (5000, PLAIN, image.store(turned, front=False), 1)
    image.add("straight", image.indexed(len(content), extents, advice=2 | 4, methods=2 | 1 << 4))
    found = extract(erofs, image.build(), tmp_path)
    assert found.contents == {"straight": content, "turned": content}
    assert not found.problems


@pytest.mark.parametrize("method", ["", *METHODS])
def test_fragments(tmp_path: Path, method: str) -> None:
    image = Image()
    ends = b"the end of one" + CONTENT + b"the end of the other"
    if method:
        image.packed = image.compressed(ends, 12_000, method)
    else:
        image.packed = image.inode(0o100644, len(ends), value=image.store(ends, front=False))
    whole = struct.pack("<Q", 14 | 1 << 63)
    image.add("whole", image.inode(0o100644, len(CONTENT), layout=3, behind=whole))
    start = image.store(deflate(CONTENT[:6000]))
    extents = [(0, FIRST, start, 1), (6000, FIRST, 0, 1)]
    low = len(ends) - 20
    image.add("tail", image.indexed(6020, extents, advice=FRAGMENT, methods=2, low=low))
    found = extract(erofs, image.build(), tmp_path)
    assert found.contents == {"whole": CONTENT, "tail": CONTENT[:6000] + b"the end of the other"}
    assert not found.problems


def test_fragments_that_are_fragments_are_refused(tmp_path: Path) -> None:
    image = Image()
    image.packed = image.inode(0o100644, 100, layout=3, behind=struct.pack("<Q", 1 << 63))
    image.add("file", image.inode(0o100644, 100, layout=3, behind=struct.pack("<Q", 1 << 63)))
    image.packed = 0
    found = extract(erofs, image.build(), tmp_path)
    assert "has none" in found.problems[0][1]
    image.add("zzz", image.inode(0o100644, 0))
    image.packed = 1
    again = extract(erofs, image.build(), tmp_path)
    assert again.kinds == {ProblemKind.MALFORMED}


@pytest.mark.parametrize("method", METHODS)
def test_files_that_share_an_extent(tmp_path: Path, method: str) -> None:
    image = Image()
    code, pack = METHODS[method]
    raw = pack(CONTENT[30_000:50_000])
    extent = (0, FIRST | 1 << 15, image.store(raw), -(-len(raw) // BLOCK))
    image.add("short", image.indexed(9000, [extent], advice=6, methods=code))
    found = extract(erofs, image.build(), tmp_path)
    assert found.contents == {"short": CONTENT[30_000:39_000]}
    assert not found.problems


def test_bytes_on_another_device_are_unsupported(tmp_path: Path) -> None:
    image = Image(devices=1)
    chunk = struct.pack("<2HI", 0, 1, 0)
    image.add("away", image.inode(0o100644, 4096, layout=CHUNKS, value=0x20, behind=chunk))
    here = image.store(b"here", front=False)
    chunk = struct.pack("<2HI", 0, 0, here)
    image.add("here", image.inode(0o100644, 4, layout=CHUNKS, value=0x20, behind=chunk))
    found = extract(erofs, image.build(), tmp_path)
    assert found.kinds == {ProblemKind.UNSUPPORTED}
    assert found.contents == {"away": b"", "here": b"here"}


def test_a_newer_layout_is_unsupported(tmp_path: Path) -> None:
    data = Image(features=0x80).build()
    assert erofs.measure(data, 0) == len(data)
    assert "features 0x80" in extract(erofs, data, tmp_path).refused


def test_a_hole_that_claims_terabytes_stops_at_the_budget(tmp_path: Path) -> None:
    image = Image()
    chunk = struct.pack("<I", 0xFFFFFFFF)
    image.add("hole", image.inode(0o100644, 0xFFFFFFFF, layout=CHUNKS, value=0x1F, behind=chunk))
    found = extract(erofs, image.build(), tmp_path, Limits(bytes=8 << 20))
    assert "bytes came out" in found.stopped


def test_a_folder_that_is_its_own_child_is_read_once(tmp_path: Path) -> None:
    image = Image()
    image.add("file", image.inode(0o100644, 0))
    image.add("loop", 2, 2)
    found = extract(erofs, image.build(), tmp_path)
    assert [message for _, message in found.problems] == ["loop: a folder stands in more than one place"]
    assert set(found.contents) == {"file"}


def test_damage_costs_only_its_file(tmp_path: Path) -> None:
    image = Image()
    image.add("bad", image.compressed(CONTENT, 30_000, "lz4"))
    image.add("good", image.compressed(CONTENT, 30_000, "lzma"))
    data = bytearray(image.build())
    block = data.index(CONTENT[:15])
    data[block - 20 : block + 4000] = b"\xff" * 4020
    found = extract(erofs, bytes(data), tmp_path)
    assert found.contents["good"] == CONTENT
    assert [message.partition(":")[0] for _, message in found.problems] == ["bad"]


def test_a_cut_image_keeps_what_is_there(packed: bytes, tree: Path, tmp_path: Path) -> None:
    cut = packed[: len(packed) // 2]
    assert erofs.measure(cut, 0) == len(packed)
    found = extract(erofs, cut, tmp_path)
    assert ProblemKind.TRUNCATED in found.kinds
    assert found.entries


@pytest.mark.parametrize("at", [4, 12, 16, 36, 44])
def test_a_magic_by_chance_is_no_erofs(packed: bytes, at: int) -> None:
    data = bytearray(packed)
    data[1024 + at] ^= 0xFF
    with pytest.raises(Malformed):
        erofs.measure(bytes(data), 0)


def test_times_before_1970(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "old").write_bytes(b"old")
    os.utime(tree / "old", (-86400, -86400))
    found = extract(erofs, made(tree, tmp_path, "-Eforce-inode-extended"), tmp_path / "out")
    assert [entry.mtime for entry in found.entries] == [-86400]
