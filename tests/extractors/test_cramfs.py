"""Cramfs: both byte orders, holes, boot code, sizes of pages, extended pointers; damage, circles, chance hits."""

import os
import struct
import zlib
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.trees import extract, run

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.cramfs import cramfs
from pellucid.formats import cramfs as volumes

VARIANTS = {
    "little endian": (),
    "big endian": ("-N", "big"),
    "holes": ("-z",),
    "boot code": ("-p",),
    "an image inside": ("-i", "bin/setuid"),
    "boot code and an image inside": ("-p", "-i", "bin/setuid"),
    "pages of 8 KiB": ("-b", "8192"),
    "pages of 64 KiB, big endian": ("-b", "65536", "-N", "big"),
}


def made(tree: Path, folder: Path, *options: str) -> bytes:
    target = folder / "x.cramfs"
    run("mkfs.cramfs", "-n", "sample", *options, ".", target, cwd=tree)
    return target.read_bytes()


@pytest.fixture(scope="module")
def plain(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tree, tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
def test_everything_comes_out(tree: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    data = made(tree, tmp_path, *options)
    found = extract(cramfs, data, tmp_path / "out")
    assert found.seen() == trees.facts(tree)
    assert not found.problems
    assert found.metadata["label"] == "sample"
    assert {entry.uid for entry in found.entries} == {(tree / "bin").stat().st_uid}
    assert cramfs.measure(data + b"behind", 0) == len(data)
    assert cramfs.measure(b"x" * 600 + data, 600) == len(data)


def test_the_same_image_of_a_machine_of_the_other_order(plain: bytes, tmp_path: Path, tree: Path) -> None:
    (tmp_path / "x").write_bytes(plain)
    run("cramfsswap", tmp_path / "x", tmp_path / "swapped")
    found = extract(cramfs, (tmp_path / "swapped").read_bytes(), tmp_path / "out")
    assert found.seen() == trees.facts(tree)
    assert found.metadata["byteOrder"] == "big endian"


def test_the_superblock_behind_boot_code_is_no_beginning(tree: Path, tmp_path: Path) -> None:
    data = made(tree, tmp_path, "-p")
    assert cramfs.measure(data, 0) == len(data)
    with pytest.raises(Malformed):
        cramfs.measure(data, 512)


def test_fifos_and_devices(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    os.mkfifo(tree / "pipe", 0o640)
    (tree / "sda").write_bytes(b"")
    data = bytearray(made(tree, tmp_path))
    # The empty file becomes the block device 8:1.
    at = data.index(b"sda\0") - 12
    data[at : at + 8] = struct.pack("<HHI", 0o60600, 5, 0x06000801)
    found = extract(cramfs, bytes(data), tmp_path / "out")
    assert [(entry.name, entry.kind, entry.mode, entry.facts) for entry in found.entries] == [
        ("pipe", EntryKind.FIFO, 0o640, {}),
        ("sda", EntryKind.BLOCK_DEVICE, 0o600, {"device": "8:1"}),
    ]
    assert (found.entries[1].uid, found.entries[1].gid) == (5, 6)
    assert found.problems == [(ProblemKind.MALFORMED, "the checksum does not match: bytes of it have changed")]


@pytest.mark.parametrize("order", "<>")
def test_extended_pointers(tmp_path: Path, order: str) -> None:
    first, second, third, last = (bytes([65 + number]) * 4096 for number in range(4))
    table = 76 + 16
    blocks, pointers = bytearray(), []

    def place() -> int:
        blocks.extend(bytes(-(table + 24 + len(blocks)) % 4))
        return table + 24 + len(blocks)

    pointers.append(place() >> 2 | 3 << 30)
    blocks += first
    packed = zlib.compress(second)
    pointers.append(place() >> 2 | 1 << 30)
    blocks += struct.pack(f"{order}H", len(packed)) + packed
    blocks += zlib.compress(third)
    pointers.append(table + 24 + len(blocks))
    pointers.append(table + 24 + len(blocks))
    blocks += last
    pointers.append((table + 24 + len(blocks)) | 1 << 31)
    pointers.append(place() >> 2 | 3 << 30)
    blocks += b"the end"
    size = 5 * 4096 + 7

    def node(mode: int, length: int, name: int, at: int) -> bytes:
        if order == "<":
            return struct.pack("<3I", mode, length, name | at >> 2 << 6)
        return struct.pack(">3I", mode << 16, length << 8, name << 26 | at >> 2)

    magic = volumes.LITTLE if order == "<" else volumes.BIG
    data = struct.pack(f"{order}4s3I16s4I16s", magic, 0, 0x900, 0, volumes.SIGNATURE, 0, 0, 0, 1, b"")
    data += node(0o40755, 16, 0, 76) + node(0o100644, size, 1, table) + b"file"
    data += struct.pack(f"{order}6I", *pointers) + blocks
    found = extract(cramfs, data, tmp_path)
    assert not found.problems
    assert found.contents == {"file": first + second + third + bytes(4096) + last + b"the end"}


def test_damage_costs_only_its_file(plain: bytes, tree: Path, tmp_path: Path) -> None:
    data = bytearray(plain)
    at = plain.index(b"setuid\0\0") - 12
    begin = (struct.unpack_from("<I", plain, at + 8)[0] >> 6) * 4
    data[begin + 4 : begin + 8] = b"\xff" * 4
    found = extract(cramfs, bytes(data), tmp_path)
    assert [message.partition(":")[0] for _, message in found.problems] == ["the checksum does not match", "bin/setuid"]
    assert set(found.seen()) == set(trees.facts(tree))


def test_a_cut_image_keeps_what_is_there(plain: bytes, tmp_path: Path) -> None:
    cut = plain[: len(plain) // 2]
    assert cramfs.measure(cut, 0) == len(plain)
    found = extract(cramfs, cut, tmp_path)
    assert found.kinds == {ProblemKind.TRUNCATED, ProblemKind.BUDGET}
    assert "etc/passwd" in {entry.name for entry in found.entries}


def test_a_folder_that_is_its_own_child_is_read_once(plain: bytes, tmp_path: Path) -> None:
    data = bytearray(plain)
    at = plain.index(b"etc\0") - 12
    data[at + 4 : at + 12] = plain[68:76]
    data[at + 8] = data[at + 8] & 0xC0 | 1
    found = extract(cramfs, bytes(data), tmp_path)
    assert any(message == "etc: a folder stands in more than one place" for _, message in found.problems)


@pytest.mark.parametrize(("at", "value"), [(8, 0x8000), (16, 0), (4, 50), (64, 0x81A4), (72, 0)])
def test_a_magic_by_chance_is_no_cramfs(plain: bytes, at: int, value: int) -> None:
    data = bytearray(plain)
    struct.pack_into("<I", data, at, value)
    with pytest.raises(Malformed):
        cramfs.measure(bytes(data), 0)
    with pytest.raises(Malformed):
        cramfs.measure(b"x" * 512 + plain, 0)
