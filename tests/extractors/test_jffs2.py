"""JFFS2 as mkfs.jffs2 and sumtool write it, and logs made node by node."""

import lzma
import random
import struct
import time
from pathlib import Path

import lzallright
import pytest
from tests.support import jffs2_nodes, trees
from tests.support.jffs2_nodes import Nodes, checksum
from tests.support.trees import Extraction, extract, run

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.jffs2 import jffs2

VARIANTS = {
    "little": ("-l", "-p", "-e", "64KiB"),
    "big": ("-b", "-p", "-e", "128KiB"),
    "unmarked": ("-l", "-n", "-e", "16KiB"),
    "stored": ("-b", "-m", "none", "-p"),
    "rtime": ("-l", "-x", "zlib", "-p"),
    "lzo": ("-b", "-x", "zlib", "-x", "rtime", "-X", "lzo", "-p"),
    "smallest": ("-l", "-X", "lzo", "-m", "size"),
}
TEXT = b"the same line over and over\n" * 100
ROOT = 1


def made(tree: Path, folder: Path, *options: str) -> bytes:
    run("mkfs.jffs2", *options, "-r", tree, "-o", folder / "x.jffs2")
    return (folder / "x.jffs2").read_bytes()


def whole(data: bytes, folder: Path) -> Extraction:
    assert not data[jffs2.measure(data, 0) :].strip(b"\xff")
    found = extract(jffs2, data, folder / "out")
    assert not found.problems
    assert not found.refused
    return found


@pytest.mark.parametrize("variant", VARIANTS)
def test_everything_comes_out(tree: Path, tmp_path: Path, variant: str) -> None:
    data = made(tree, tmp_path, *VARIANTS[variant])
    found = whole(data, tmp_path)
    assert found.seen() == trees.facts(tree)
    assert all(entry.mtime == trees.EPOCH for entry in found.entries)
    assert found.metadata["byteOrder"].startswith("little" if "-l" in VARIANTS[variant] else "big")
    assert any(data.startswith(item.literal) for item in jffs2.signatures)


def test_owners_devices_attributes_and_summaries(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/file").write_bytes(random.Random(5).randbytes(50_000))
    table = tmp_path / "devices"
    table.write_text(
        "/file f 4711 12 34 - - - - -\n/console c 600 0 5 5 1 0 0 -\n"
        "/disk b 660 0 6 8 2 0 0 -\n/pipe p 644 1 2 - - - - -\n"
    )
    made(tmp_path / "tree", tmp_path, "-l", "-p", "-e", "16KiB", "-D", str(table))
    run("sumtool", "-l", "-p", "-e", "16KiB", "-i", tmp_path / "x.jffs2", "-o", tmp_path / "y.jffs2")
    found = whole((tmp_path / "y.jffs2").read_bytes(), tmp_path)
    entries = {entry.name: entry for entry in found.entries}
    assert (entries["file"].mode, entries["file"].uid, entries["file"].gid) == (0o4711, 12, 34)
    assert entries["console"].kind is EntryKind.CHARACTER_DEVICE
    assert entries["console"].facts == {"device": "5:1"}
    assert entries["disk"].kind is EntryKind.BLOCK_DEVICE
    assert entries["disk"].facts == {"device": "8:2"}
    assert entries["pipe"].kind is EntryKind.FIFO
    assert int(found.metadata["summaries"]) > 0


def test_a_device_with_a_large_number(tmp_path: Path) -> None:
    nodes = Nodes(">")
    log = nodes.dirent(ROOT, b"disk", 2) + nodes.inode(2, (0x11032C).to_bytes(4, "big"), mode=0o60600)
    log += nodes.dirent(ROOT, b"null", 3, 2) + nodes.inode(3, bytes((1, 3)), mode=0o20666)
    found = extract(jffs2, log, tmp_path / "out")
    assert [entry.facts["device"] for entry in found.entries] == ["259:300", "1:3"]


def test_the_latest_version_of_every_byte_counts(tmp_path: Path) -> None:
    nodes = Nodes()
    log = nodes.dirent(ROOT, b"file", 2) + nodes.inode(2, b"a" * 100)
    log += nodes.inode(2, b"c" * 10, version=3, offset=20, size=100)
    log += nodes.inode(2, b"b" * 30, version=2, offset=10, size=100)
    log += nodes.inode(2, b"", version=4, offset=95, plain=25, how=1) + nodes.inode(
        2, version=5, mode=0o100600, size=118
    )
    found = whole(log, tmp_path)
    assert found.contents == {"file": b"a" * 10 + b"b" * 10 + b"c" * 10 + b"b" * 10 + b"a" * 55 + bytes(23)}
    assert found.entries[0].mode == 0o600


def test_what_was_deleted_or_renamed_stays_so(tmp_path: Path) -> None:
    nodes = Nodes(">")
    log = nodes.dirent(ROOT, b"gone", 2) + nodes.inode(2, b"secret")
    log += nodes.dirent(ROOT, b"old name", 3, version=2) + nodes.inode(3, b"kept")
    log += nodes.dirent(ROOT, b"gone", 0, version=3) + nodes.dirent(ROOT, b"old name", 0, version=5)
    log += nodes.dirent(ROOT, b"new name", 3, version=4)
    assert whole(log, tmp_path).contents == {"new name": b"kept"}


@pytest.mark.parametrize("how", [2, 3, 5, 7, 8])
def test_rare_compressors(tmp_path: Path, how: int) -> None:
    plain = TEXT + random.Random(3).randbytes(50) + b"abcab" * 90
    ones = (130, 100, 90, 140, 60, 200, 180, 1)
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 0x2000, "lc": 0, "lp": 0, "pb": 0}]
    packed = {
        2: jffs2_nodes.rtime(plain),
        3: jffs2_nodes.rubin(plain, 1043, (277, 249, 290, 267, 229, 341, 212, 241)),
        5: bytes(ones) + jffs2_nodes.rubin(plain, 256, ones),
        7: lzallright.LZOCompressor().compress(plain),
        8: lzma.compress(plain, lzma.FORMAT_RAW, filters=filters),
    }[how]
    nodes = Nodes()
    log = nodes.dirent(ROOT, b"file", 2) + nodes.inode(2, packed, plain=len(plain), how=how)
    assert whole(log, tmp_path).contents == {"file": plain}


def test_damage_costs_only_its_node(tree: Path, tmp_path: Path) -> None:
    data = bytearray(made(tree, tmp_path, "-l", "-p", "-m", "none"))
    block = (tree / "block").read_bytes()
    data[data.index(block[70_000:70_100]) + 50] ^= 1
    at = data.index(b"etc") - 40
    data[at + 5] ^= 1
    assert jffs2.measure(bytes(data), 0) == len(data)
    found = extract(jffs2, bytes(data), tmp_path / "out")
    messages = "\n".join(message for _, message in found.problems)
    assert found.kinds == {ProblemKind.MALFORMED}
    assert "the checksum of its data differs" in messages
    assert "are damaged: no nodes stand there" in messages
    assert "the names of 1 folders are lost" in messages
    damaged = found.contents["block"]
    assert len(damaged) == len(block)
    assert [at // 4096 for at in range(0, len(block), 4096) if damaged[at : at + 4096] != block[at : at + 4096]] == [17]
    lost = {name for name in found.contents if name.startswith("lost+found/")}
    assert {name.rpartition("/")[2] for name in lost} == {"passwd", "shadow", "nothing", "rcS"}
    assert len(found.contents) == sum(1 for item in trees.facts(tree).values() if item.kind is EntryKind.FILE) - 1


def test_a_node_that_cannot_be_unpacked_becomes_zeros(tmp_path: Path) -> None:
    nodes = Nodes()
    log = nodes.dirent(ROOT, b"file", 2) + nodes.inode(2, b"no zlib", plain=40, how=6)
    log += nodes.inode(2, b"end", version=2, offset=40) + nodes.dirent(ROOT, b"new", 3, 2)
    log += nodes.inode(3, b"?", how=77)
    found = extract(jffs2, log, tmp_path / "out")
    assert found.contents == {"file": bytes(40) + b"end", "new": b"\0"}
    assert found.kinds == {ProblemKind.MALFORMED, ProblemKind.UNSUPPORTED}


def test_a_name_without_inode_and_a_folder_in_itself(tmp_path: Path) -> None:
    nodes = Nodes()
    log = nodes.dirent(ROOT, b"nothing", 9) + nodes.dirent(ROOT, b"a", 2, 2) + nodes.inode(2, mode=0o40755)
    log += nodes.dirent(2, b"b", 2)
    found = extract(jffs2, log, tmp_path / "out")
    assert [entry.name for entry in found.entries] == ["a", "a/b"]
    assert len(found.problems) == 2


def test_found_inside_a_dump_up_to_its_last_erase_block(tree: Path, tmp_path: Path) -> None:
    data = made(tree, tmp_path, "-b", "-p", "-e", "64KiB")
    behind = b"another partition" * 1000
    assert jffs2.measure(b"x" * 4097 + data + behind, 4097) == len(data)
    free = b"\xff" * (4 << 20)
    assert jffs2.measure(data + free + data, 0) == len(data)
    second = Nodes(">").clean_marker() + b"\xff" * (65536 - 12)
    assert jffs2.measure(data + second + data[:65536] + free, 0) == len(data) + 2 * 65536


def test_free_space_without_clean_markers_is_no_end(tmp_path: Path) -> None:
    nodes = Nodes()
    log = nodes.dirent(ROOT, b"file", 2) + b"\xff" * (3 << 20) + nodes.inode(2, b"content")
    assert whole(log, tmp_path).contents == {"file": b"content"}


def test_a_cut_image_keeps_what_is_there(tree: Path, tmp_path: Path) -> None:
    data = made(tree, tmp_path, "-l", "-p")
    cut = data[: len(data) // 2]
    found = extract(jffs2, cut, tmp_path / "out")
    whole_facts = trees.facts(tree)
    assert 5 < len(found.contents) < len(whole_facts)
    assert all(name.startswith("lost+found") or name in whole_facts for name in found.contents)


@pytest.mark.parametrize("at", [0, 2, 4, 8])
def test_a_magic_by_chance_is_none(at: int) -> None:
    node = bytearray(Nodes().dirent(ROOT, b"file", 2))
    assert jffs2.measure(bytes(node), 0) == len(node)
    node[at] ^= 0x40
    with pytest.raises(Malformed):
        jffs2.measure(bytes(node), 0)


def test_only_clean_markers_are_nothing_to_unpack() -> None:
    with pytest.raises(Malformed):
        jffs2.measure((Nodes().clean_marker() + b"\xff" * 4084) * 300, 0)


def test_extended_attributes(tmp_path: Path) -> None:
    nodes = Nodes()
    log = nodes.dirent(ROOT, b"file", 2) + nodes.inode(2, b"content")
    log += nodes.attribute(7, 1, b"name", b"old") + nodes.attribute(7, 1, b"name", b"new", version=2)
    log += nodes.attribute(8, 2, b"capability", b"\1\0\0\2") + nodes.attribute(9, 1, b"gone", b"x")
    log += nodes.reference(2, 7, 2) + nodes.reference(2, 8, 4) + nodes.reference(2, 9, 6) + nodes.reference(2, 9, 7)
    found = whole(log, tmp_path)
    assert found.entries[0].facts == {"xattr.user.name": "new", "xattr.security.capability": "0x01000002"}
    for number in range(10, 200):
        log += nodes.attribute(number, 1, b"%d" % number, b"x") + nodes.reference(2, number, 2)
    assert len(whole(log, tmp_path).entries[0].facts) == 64


def test_many_blocks_without_files_cost_little() -> None:
    head = struct.pack("<HHI", 0x1985, 0x2003, 12)
    block = (head + struct.pack("<I", checksum(head))).ljust(128 << 10, b"\xff")
    data = block * 300
    begun = time.process_time()
    with pytest.raises(Malformed):
        jffs2.measure(data, 0)
    assert time.process_time() - begun < 0.04


@pytest.mark.parametrize("variant", ["little", "big", "unmarked"])
def test_another_file_system_right_behind_is_not_mixed_in(tree: Path, tmp_path: Path, variant: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for number in range(5):
        (other / f"file-{number}").write_bytes(random.Random(number).randbytes(2000))
    first, second = made(tree, tmp_path, *VARIANTS[variant]), made(other, tmp_path, *VARIANTS[variant])
    for one, two in ((first, second), (second, first)):
        assert jffs2.measure(one + two, 0) == len(one)
        assert 0 < jffs2.measure(one + two, len(one)) <= len(two)
    assert jffs2.measure(first + first, 0) == 2 * len(first)


def test_a_writer_that_does_not_count_versions() -> None:
    data = b"".join(Nodes().dirent(ROOT, b"file-%d" % number, number + 2) for number in range(20))
    assert jffs2.measure(data, 0) == len(data)
