"""UBIFS as mkfs.ubifs writes it, with damage, and with a journal that is newer than its index."""

import random
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.trees import Extraction, extract, run
from tests.support.ubifs_journal import ATTRIBUTE, Journal

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.ubifs import ubifs
from pellucid.formats.ubifs import nodes, replay

BLOCK = 15872
SMALL = ("-m", "512", "-e", str(BLOCK), "-c", "900")
LARGE = ("-m", "2048", "-e", "126976", "-c", "200")
ROOT = 1


def made(tree: Path, folder: Path, *options: str) -> bytes:
    run("mkfs.ubifs", *options, "-r", tree, "-o", folder / "x.ubifs")
    return (folder / "x.ubifs").read_bytes()


def whole(data: bytes, folder: Path) -> Extraction:
    assert ubifs.measure(data, 0) == len(data)
    found = extract(ubifs, data, folder / "out")
    assert not found.problems
    assert not found.refused
    return found


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A tree of three files."""
    root = tmp_path / "few"
    (root / "sub").mkdir(parents=True)
    (root / "sub/old").write_bytes(b"old" * 5000)
    (root / "sub/deleted").write_bytes(b"secret")
    (root / "kept").write_bytes(b"kept")
    return root


@pytest.mark.parametrize("compressor", ["none", "lzo", "zlib", "zstd", "favor_lzo"])
@pytest.mark.parametrize("sizes", [SMALL, LARGE], ids=["small", "large"])
def test_everything_comes_out(tree: Path, tmp_path: Path, compressor: str, sizes: tuple[str, ...]) -> None:
    data = made(tree, tmp_path, *sizes, "-x", compressor)
    found = whole(data, tmp_path)
    assert found.seen() == trees.facts(tree)
    assert all(entry.mtime == trees.EPOCH for entry in found.entries)
    assert found.metadata["logicalBlock"] == sizes[3]
    assert data.startswith(ubifs.signatures[0].literal)


def test_owners_and_devices(few: Path, tmp_path: Path) -> None:
    table = tmp_path / "devices"
    table.write_text(
        "/kept f 4711 12 34 - - - - -\n/console c 600 0 5 5 1 0 0 -\n"
        "/disk b 660 0 6 259 300 0 0 -\n/pipe p 644 1 2 - - - - -\n"
    )
    found = whole(made(few, tmp_path, *SMALL, "-D", str(table)), tmp_path)
    entries = {entry.name: entry for entry in found.entries}
    assert (entries["kept"].mode, entries["kept"].uid, entries["kept"].gid) == (0o4711, 12, 34)
    assert (entries["console"].kind, entries["console"].facts) == (EntryKind.CHARACTER_DEVICE, {"device": "5:1"})
    assert (entries["disk"].kind, entries["disk"].facts) == (EntryKind.BLOCK_DEVICE, {"device": "259:300"})
    assert entries["pipe"].kind is EntryKind.FIFO


def test_the_journal_is_newer_than_the_index(few: Path, tmp_path: Path) -> None:
    image = made(few, tmp_path, *SMALL, "-x", "none")
    numbers = numbers_of(image)
    journal = Journal()
    journal.entry(numbers["sub"], b"deleted", 0)
    journal.inode(numbers["deleted"], links=0)
    journal.inode(500, size=4096 * 3)
    journal.entry(ROOT, b"new", 500)
    journal.data(500, 0, b"n" * 4096)
    journal.data(500, 2, b"m" * 4096)
    journal.truncation(500, 4096 * 3, 4096)
    journal.inode(500, size=4096)
    journal.data(500, 1, b"more")
    journal.truncation(numbers["old"], 15000, 4000)
    journal.data(numbers["old"], 0, b"x" * 4000)
    journal.inode(numbers["old"], size=4000)
    journal.inode(501, data=b"value")
    journal.entry(500, b"user.name", 501, ATTRIBUTE)
    journal.entry(ROOT, b"moved", numbers["kept"])
    journal.entry(ROOT, b"kept", 0)
    found = whole(journal.added_to(image), tmp_path)
    assert found.contents == {"sub/old": b"x" * 4000, "new": b"n" * 4096 + b"more", "moved": b"kept"}
    assert found.metadata["replayedNodes"] == "16"
    entries = {entry.name: entry for entry in found.entries}
    assert entries["new"].facts == {"xattr.user.name": "value"}
    assert (entries["new"].uid, entries["new"].gid, entries["new"].mtime) == (10, 20, 7)


def numbers_of(image: bytes) -> dict[str, int]:
    """The inodes of all names in an image."""
    return {
        item.raw[56:].rstrip(b"\0").decode(): struct.unpack_from("<Q", item.raw, 40)[0]
        for _, item in nodes.scan(image, 0, len(image))
        if item.type == nodes.ENTRY
    }


def spoiled(data: bytes, kind: int, keep: int = 0) -> bytes:
    """`data` without its nodes of a kind, but for the first few."""
    damaged = bytearray(data)
    for at, _ in [item for item in nodes.scan(data, 0, len(data)) if item[1].type == kind][keep:]:
        damaged[at + 30] ^= 0xFF
    return bytes(damaged)


@pytest.mark.parametrize(("kind", "keep"), [(nodes.INDEX, 0), (nodes.INDEX, 50), (nodes.MASTER, 0)])
def test_without_its_index_all_is_found_by_a_search(tree: Path, tmp_path: Path, kind: int, keep: int) -> None:
    data = spoiled(made(tree, tmp_path, *SMALL), kind, keep)
    found = extract(ubifs, data, tmp_path / "out")
    assert found.seen() == trees.facts(tree)
    assert found.kinds == {ProblemKind.MALFORMED}
    assert any("index" in message or "master" in message for _, message in found.problems)


def test_one_lost_part_of_the_index_does_not_bring_back_what_was_deleted(few: Path, tmp_path: Path) -> None:
    for number in range(60):
        (few / f"sub/file-{number}").write_bytes(b"%d" % number)
    image = made(few, tmp_path, *SMALL)
    # An old version of a folder's name, which no index knows of, in a range that the index still covers.
    stale = Journal()
    stale.entry(ROOT, b"zombie", numbers_of(image)["kept"])
    image = stale.added_to(image)
    image = image.replace(struct.pack("<III", len(image) // BLOCK - 1, 0, 1), bytes(12))
    assert "zombie" not in extract(ubifs, image, tmp_path / "out").contents
    leaves = [(at, item) for at, item in nodes.scan(image, 0, len(image)) if item.type == nodes.INDEX]
    at = max(at for at, item in leaves if item.raw[26] == 0)
    damaged = bytearray(image)
    damaged[at + 30] ^= 0xFF
    found = extract(ubifs, bytes(damaged), tmp_path / "out")
    assert set(found.contents) == set(extract(ubifs, image, tmp_path / "out2").contents)
    assert any("the index is damaged" in message for _, message in found.problems)


def test_damaged_data_becomes_zeros(tmp_path: Path) -> None:
    content = random.Random(4).randbytes(50_000)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/file").write_bytes(content)
    data = bytearray(made(tmp_path / "tree", tmp_path, *SMALL))
    data[data.index(content[20_480:20_580]) + 7] ^= 1
    found = extract(ubifs, bytes(data), tmp_path / "out")
    assert found.contents["file"] == content[:20_480] + bytes(4096) + content[24_576:]
    assert len(found.problems) == 1
    assert "zeros stand in its place" in found.problems[0][1]


def test_an_index_in_circles_ends(tree: Path, tmp_path: Path) -> None:
    data = made(tree, tmp_path, *SMALL)
    volume = nodes.superblock(data)
    block, offset, _ = nodes.master(data, volume).root
    at = block * volume.block + offset
    root = bytearray(nodes.node(data, at).raw)
    struct.pack_into("<II", root, 28, block, offset)
    struct.pack_into("<H", root, 26, 1)
    struct.pack_into("<I", root, 4, nodes.checksum(bytes(root[8:])))
    damaged = data[:at] + bytes(root) + data[at + len(root) :]
    found = extract(ubifs, damaged, tmp_path / "out")
    assert any("circles" in message or "levels" in message for _, message in found.problems)
    assert found.seen() == trees.facts(tree)


def test_a_cut_image_keeps_what_is_there(tree: Path, tmp_path: Path) -> None:
    data = made(tree, tmp_path, *SMALL)
    found = extract(ubifs, data[: len(data) // 2], tmp_path / "out")
    assert found.problems
    assert len(found.contents) > 2


@pytest.mark.parametrize("at", [0, 4, 30, 100])
def test_a_magic_by_chance_is_none(few: Path, tmp_path: Path, at: int) -> None:
    data = bytearray(made(few, tmp_path, *SMALL))
    assert ubifs.measure(b"\0" * 8 + bytes(data), 8) == len(data)
    data[at] ^= 1
    with pytest.raises(Malformed):
        ubifs.measure(bytes(data), 0)


def test_times_before_1970(few: Path, tmp_path: Path) -> None:
    journal = Journal()
    journal.inode(500, mtime=-86400)
    journal.entry(ROOT, b"new", 500)
    found = whole(journal.added_to(made(few, tmp_path, *SMALL)), tmp_path)
    assert [entry.mtime for entry in found.entries if entry.name == "new"] == [-86400]


def test_a_journal_that_is_named_often_is_read_once(few: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal()
    journal.inode(500)
    journal.entry(ROOT, b"new", 500)
    image = journal.added_to(made(few, tmp_path, *SMALL), references=100)
    scanned: list[int] = []

    def scan(data: bytes, start: int, end: int) -> Iterator[tuple[int, nodes.Node]]:
        scanned.append(start)
        yield from nodes.scan(data, start, end)

    monkeypatch.setattr(replay, "scan", scan)
    assert "new" in whole(image, tmp_path).contents
    assert len(scanned) == len(set(scanned))


def test_many_ranges_that_are_lost_cost_little() -> None:
    lost = replay.Ranges([(10 * number, 10 * number + 4) for number in reversed(range(20_000))] + [(200_000, 1 << 40)])
    begun = time.process_time()
    found = [key for key in range(0, 300_000, 3) if key in lost]
    assert time.process_time() - begun < 2
    assert found[:4] == [0, 3, 12, 21]
    assert 199_995 not in lost
    assert 200_001 in lost
