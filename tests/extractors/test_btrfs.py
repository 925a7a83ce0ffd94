"""btrfs as mkfs.btrfs makes it; compression, subvolumes, devices in images of our own; damage, circles."""

import struct
from pathlib import Path

import pytest
from tests.support import btrfs_images, trees
from tests.support.btrfs_images import NODE, SECTOR, TEXT, Btrfs, sealed
from tests.support.trees import extract, run

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed, Unsupported
from pellucid.extractors.btrfs import btrfs

VARIANTS: dict[str, tuple[str, ...]] = {
    "single": ("-m", "single", "-d", "single"),
    "mixed, small nodes": ("-M", "-n", "4096"),
    "copies": ("-m", "dup", "-d", "single"),
    "large nodes": ("-n", "65536", "-m", "single"),
    "sha256": ("-M", "--csum", "sha256", "-O", "^no-holes"),
    "blake2": ("-M", "--csum", "blake2"),
    "xxhash": ("-M", "--csum", "xxhash"),
}
WHOLE = TEXT[: 24 * SECTOR]
AT = btrfs_images.SUPERBLOCK


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
def test_everything_comes_out(tree: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    image = tmp_path / "x.img"
    run("mkfs.btrfs", "-q", *options, "-L", "sample", "--rootdir", tree, "--shrink", image)
    found = trees.whole(btrfs, image.read_bytes(), tree, tmp_path / "out")
    assert found.metadata["label"] == "sample"


def test_compression_subvolumes_links_and_devices(tmp_path: Path) -> None:
    data = Btrfs().build()
    found = extract(btrfs, data, tmp_path)
    assert not found.problems
    expected = dict.fromkeys(("plain", "zlib", "lzo", "zstd"), WHOLE)
    expected |= {"inline": b"inline", "packed": bytes(2000), "below/file": b"child", "below/sub/file": b"deeper"}
    gap = bytes(SECTOR)
    pieces = (gap, WHOLE[SECTOR : 2 * SECTOR], gap, WHOLE[SECTOR : 2 * SECTOR], gap, gap, gap)
    expected["holes"] = b"".join(pieces)
    assert found.contents == expected
    others = {entry.name: entry for entry in found.entries if entry.kind is not EntryKind.FILE}
    assert (others["again"].kind, others["again"].target) == (EntryKind.HARDLINK, "plain")
    assert (others["link"].kind, others["link"].target) == (EntryKind.SYMLINK, "plain")
    assert (others["null"].kind, others["null"].facts) == (EntryKind.CHARACTER_DEVICE, {"device": "1:3"})
    assert others["below"].facts == {"subvolume": "300"}
    assert others["below/sub"].facts == {"subvolume": "301"}
    assert {(entry.uid, entry.gid, entry.mtime) for entry in found.entries} == {(7, 9, trees.EPOCH)}
    assert btrfs.measure(data, 0) == len(data)


def test_files_of_programs_own_device_numbers(tmp_path: Path) -> None:
    """mkfs.btrfs writes those that stat gives."""
    image = Btrfs()
    main: dict[btrfs_images.Key, bytes] = {
        (256, 1, 0): btrfs_images.inode(btrfs_images.FOLDER, 0),
        (256, 96, 2): btrfs_images.name(257, b"null"),
        (257, 1, 0): btrfs_images.inode(btrfs_images.DEVICE, 0, device=0x103),
    }
    image.volumes = {5: main}
    assert extract(btrfs, image.build(), tmp_path).entries[0].facts == {"device": "1:3"}


def test_a_broken_copy_of_a_node_is_not_needed(tree: Path, tmp_path: Path) -> None:
    image = tmp_path / "x.img"
    run("mkfs.btrfs", "-q", "-m", "dup", "-d", "single", "--rootdir", tree, "--shrink", image)
    data = bytearray(image.read_bytes())
    (address,) = struct.unpack_from("<Q", data, AT + 0x50)
    uuid = bytes(data[AT + 0x20 : AT + 0x30])
    first = data.index(uuid + struct.pack("<Q", address), AT + 4096) - 32
    data[first : first + NODE] = bytes(NODE)
    assert extract(btrfs, bytes(data), tmp_path / "out").seen() == trees.facts(tree)


def test_a_subvolume_inside_itself_is_read_once(tmp_path: Path) -> None:
    image = Btrfs()
    image.volumes = {5: {(256, 1, 0): btrfs_images.inode(btrfs_images.FOLDER, 0)}}
    image.volumes[5][256, 96, 2] = btrfs_images.name(300, b"sub", kind=132)
    image.volumes[300] = dict(image.volumes[5])
    found = extract(btrfs, image.build(), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "sub/sub: a folder stands in more than one place")]


def test_a_subvolume_is_an_empty_folder_in_snapshots_of_its_parent(tmp_path: Path) -> None:
    folder = btrfs_images.inode(btrfs_images.FOLDER, 0)
    image = Btrfs(above={300: 5, 301: 5})
    image.volumes = {number: {(256, 1, 0): folder} for number in (5, 300, 301)}
    image.volumes[5][256, 96, 2] = btrfs_images.name(301, b"snapshot", kind=132)
    image.volumes[5][256, 96, 3] = btrfs_images.name(300, b"home", kind=132)
    image.volumes[301][256, 96, 3] = btrfs_images.name(300, b"home", kind=132)
    image.volumes[300][256, 96, 2] = btrfs_images.name(256, b".", kind=1)
    image.volumes[300][256, 96, 4] = btrfs_images.name(257, b"file")
    image.volumes[300][257, 1, 0] = btrfs_images.inode(btrfs_images.FILE, 4)
    image.volumes[300][257, 108, 0] = btrfs_images.inline(b"file")
    found = extract(btrfs, image.build(), tmp_path)
    assert not found.problems
    assert [entry.name for entry in found.entries] == ["snapshot", "home", "snapshot/home", "home/file"]


def test_nodes_in_circles_are_refused(tmp_path: Path) -> None:
    """A tree of two levels whose upper node points to itself."""
    image = Btrfs()
    image.volumes = {5: {(256, 1, 0): btrfs_images.inode(btrfs_images.FOLDER, 0)}}
    for number in range(100):
        image.volumes[5][256, 96, 2 + number] = btrfs_images.name(257 + number, b"%d" % number)
        image.volumes[5][257 + number, 1, 0] = btrfs_images.inode(btrfs_images.FILE, 0)
    data = image.build()
    assert len(extract(btrfs, data, tmp_path).contents) == 100
    upper = (at for at in range(btrfs_images.FIRST_NODE, len(data), NODE) if data[at + 100] == 1)
    damaged = bytearray(data)
    at = next(upper)
    struct.pack_into("<Q", damaged, at + 101 + 17, at)
    found = extract(btrfs, bytes(damaged), tmp_path)
    assert (ProblemKind.MALFORMED, "the root folder: a tree of btrfs is damaged") in found.problems


@pytest.mark.parametrize(("devices", "profile"), [(2, 0x8), (4, 0x40), (3, 0x80)])
def test_striped_chunks_are_named(tmp_path: Path, devices: int, profile: int) -> None:
    found = extract(btrfs, Btrfs(devices=devices, profile=profile).build(), tmp_path)
    assert ProblemKind.UNSUPPORTED in found.kinds or "spread over" in found.refused
    assert not found.contents


def test_damaged_compression_is_told_and_the_rest_is_kept(tmp_path: Path) -> None:
    data = bytearray(Btrfs().build())
    at = data.index(b"\x28\xb5\x2f\xfd")
    data[at : at + 4] = b"oops"
    found = extract(btrfs, bytes(data), tmp_path)
    assert [message.partition(":")[0] for _, message in found.problems] == ["zstd"]
    assert found.contents["zlib"] == WHOLE


def test_a_cut_image_keeps_what_is_there(tree: Path, tmp_path: Path) -> None:
    image = tmp_path / "x.img"
    run("mkfs.btrfs", "-q", "-m", "single", "--rootdir", tree, "--shrink", image)
    data = image.read_bytes()
    contents = trees.facts(tree)
    cut = data[: data.index((tree / "block").read_bytes()) + SECTOR]
    assert btrfs.measure(cut, 0) == len(data)
    found = extract(btrfs, cut, tmp_path / "out")
    assert ProblemKind.TRUNCATED in found.kinds
    seen = found.seen()
    assert len([name for name in seen if contents.get(name) == seen[name]]) > 20


@pytest.mark.parametrize(("at", "value"), [(0x30, 64 << 20), (0x88, 0), (0x90, 5), (0xD1, 0)])
def test_a_magic_by_chance_is_no_btrfs(at: int, value: int) -> None:
    data = bytearray(Btrfs().build())
    struct.pack_into("<Q", data, AT + at, value)
    with pytest.raises(Malformed, match=r"checksum|no superblock"):
        btrfs.measure(bytes(data), 0)
    data[AT : AT + 4096] = sealed(bytes(data[AT : AT + 4096]))
    with pytest.raises(Malformed, match=r"impossible|no superblock"):
        btrfs.measure(bytes(data), 0)


def test_unknown_features_are_not_guessed() -> None:
    with pytest.raises(Unsupported):
        btrfs.measure(Btrfs(features=1 << 40).build(), 0)
