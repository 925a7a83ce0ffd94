"""XFS: versions and features one by one, as mkfs.xfs makes them; trees of extents, damage, circles."""

import struct
from pathlib import Path

import pytest
from tests.support import small_disk, trees
from tests.support.trees import Seen, extract

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed, Unsupported
from pellucid.extractors.xfs import xfs
from pellucid.formats.xfs import superblock

VARIANTS: dict[str, tuple[str, ...]] = {
    "version 5": (),
    "no features": ("-m", "bigtime=0,finobt=0,reflink=0,rmapbt=0", "-i", "sparse=0"),
    "all features": ("-m", "bigtime=1,finobt=1,reflink=1,rmapbt=1", "-i", "sparse=1,nrext64=1"),
    "version 4": ("-m", "crc=0", "-n", "ftype=1"),
    "version 4 untyped": ("-m", "crc=0", "-n", "ftype=0"),
    "small blocks": ("-m", "crc=0", "-b", "size=512"),
    "large folders": ("-b", "size=1024", "-n", "size=16384"),
    "large inodes": ("-i", "size=2048"),
    "large sectors": ("-s", "size=4096"),
}
LEFT_OUT = ("näme with späces",)
MORE = "null c--666 0 0 1 3\nsda b--660 0 6 8 1\npipe p--644 0 0\n"


def made(tree: Path, folder: Path, *options: str, groups: int = 1) -> bytes:
    far = f"far l--777 0 0 {'a/long/target/' * 50}\n"
    prototype = small_disk.protofile(tree).removesuffix("$\n") + MORE + far + "$\n"
    size = "64m" if groups > 1 else "32m"
    return small_disk.xfs(prototype, folder, *options, size=size, groups=groups)


@pytest.fixture(scope="module")
def plain(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tree, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def small() -> bytes:
    return small_disk.small_xfs()


def entry_at(data: bytes, name: bytes) -> int:
    """The place of an entry in a block of names; it begins with the number of the inode."""
    return data.index(bytes([len(name)]) + name + b"\x01") - 8


def inode_at(data: bytes, name: bytes) -> int:
    at = entry_at(data, name)
    return superblock.read(data).inode_at(int.from_bytes(data[at : at + 8], "big"))


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
def test_everything_comes_out(tree: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    data = made(tree, tmp_path, *options)
    found = extract(xfs, data, tmp_path / "out")
    seen = found.seen()
    devices = {entry.name: entry for entry in found.entries if entry.name in ("null", "sda", "pipe")}
    assert [(entry.kind, entry.mode, entry.facts) for entry in devices.values()] == [
        (EntryKind.CHARACTER_DEVICE, 0o666, {"device": "1:3"}),
        (EntryKind.BLOCK_DEVICE, 0o660, {"device": "8:1"}),
        (EntryKind.FIFO, 0o644, {}),
    ]
    assert seen.pop("far") == Seen(EntryKind.SYMLINK, "a/long/target/" * 50, 0o777)
    assert {name: seen[name] for name in set(seen) - set(devices)} == trees.facts(tree, leave_out=LEFT_OUT)
    assert not found.problems
    assert {(entry.uid, entry.gid) for entry in found.entries if entry.name.startswith("etc/")} == {(7, 9)}
    assert all(trees.EPOCH < (entry.mtime or 0) < trees.EPOCH * 2 for entry in found.entries)
    assert found.metadata["label"] == "sample"
    assert found.metadata["version"] == ("4" if "crc=0" in options else "5")
    assert xfs.measure(data, 0) == len(data)
    assert xfs.measure(b"x" * 512 + data, 512) == len(data)


def test_many_groups_are_one_file_system(tree: Path, tmp_path: Path) -> None:
    data = made(tree, tmp_path, groups=4)
    found = extract(xfs, data, tmp_path / "out")
    assert set(trees.facts(tree, leave_out=LEFT_OUT)) < set(found.seen())
    group = len(data) // 4
    assert data[group : group + 4] == superblock.MAGIC
    assert xfs.measure(data, 0) == len(data)
    # The copies of the superblock that lie in the other groups begin no file system.
    assert len(data) == group * 4
    with pytest.raises(Malformed):
        xfs.measure(data[group:], 0)


@pytest.mark.parametrize("options", [("-m", "crc=0"), ()])
def test_a_tree_of_extents(tmp_path: Path, options: tuple[str, ...]) -> None:
    """mkfs.xfs writes no file in so many pieces: the inode of one is given a tree with two leaves."""
    (tmp_path / "file").write_bytes(b"".join(bytes([65 + number]) * 4096 for number in range(8)))
    prototype = f"/unused\n0 0\nd--755 0 0\nsomewhat-long-name ---644 0 0 {tmp_path}/file\n$\n"
    data = bytearray(small_disk.xfs(prototype, tmp_path, *options))
    first = data.index(b"A" * 4096) // 4096
    sb = superblock.read(bytes(data))
    at = next(
        sb.inode_at(number)
        for number in range(sb.root, sb.root + 64)
        if data[sb.inode_at(number) : sb.inode_at(number) + 2] == b"IN"
        and data[sb.inode_at(number) + 56 : sb.inode_at(number) + 64] == (8 * 4096).to_bytes(8, "big")
    )
    header, literal = (24, 100) if sb.version == 4 else (72, 176)
    magic = b"BMAP" if sb.version == 4 else b"BMA3"
    leaves = ([(0, first, 2, False), (2, first + 2, 1, True)], [(4, first + 7, 1, False), (5, first + 4, 2, False)])
    for number, leaf in enumerate(leaves):
        node = magic + struct.pack(">2H", 0, len(leaf))
        node = node.ljust(header, b"\0")
        for logical, physical, count, unwritten in leaf:
            node += (unwritten << 127 | logical << 73 | physical << 21 | count).to_bytes(16, "big")
        data[(3000 + number) * 4096 : (3000 + number) * 4096 + len(node)] = node
    room = (sb.inode_size - literal - 4) // 16
    root = struct.pack(">2H", 1, 2) + struct.pack(">2Q", 0, 4).ljust(room * 8, b"\0") + struct.pack(">2Q", 3000, 3001)
    data[at + literal : at + literal + len(root)] = root
    data[at + 5] = 3
    data[at + 82] = 0
    found = extract(xfs, bytes(data), tmp_path / "out")
    parts = [b"A", b"B", b"\0", b"\0", b"H", b"E", b"F", b"\0"]
    assert found.contents["somewhat-long-name"] == b"".join(part * 4096 for part in parts)
    assert not found.problems
    data[3001 * 4096 + 6 : 3001 * 4096 + 8] = b"\xff\xff"
    found = extract(xfs, bytes(data), tmp_path / "out")
    assert found.problems == [(ProblemKind.MALFORMED, "somewhat-long-name: the extents of a file are damaged")]


def test_hard_links_name_their_first_name(small: bytes, tmp_path: Path) -> None:
    data = bytearray(small)
    at, entry = entry_at(small, b"a-file-with-number-3"), entry_at(small, b"a-file-with-number-4")
    data[entry : entry + 8] = small[at : at + 8]
    inode = inode_at(small, b"a-file-with-number-3")
    struct.pack_into(">I", data, inode + 16, 2)
    found = extract(xfs, bytes(data), tmp_path)
    linked = next(item for item in found.entries if item.name == "many/a-file-with-number-4")
    assert (linked.kind, linked.target) == (EntryKind.HARDLINK, "many/a-file-with-number-3")


def test_wide_times_and_counters(small: bytes, tmp_path: Path) -> None:
    data = bytearray(small)
    at = inode_at(small, b"a-file-with-number-3")
    (count,) = struct.unpack_from(">I", small, at + 76)
    struct.pack_into(">Q", data, at + 120, 0x18)
    struct.pack_into(">Q", data, at + 24, count)
    struct.pack_into(">I", data, at + 76, 99)
    struct.pack_into(">Q", data, at + 40, (4_000_000_000 + (1 << 31)) * 1_000_000_000 + 5)
    found = extract(xfs, bytes(data), tmp_path)
    entry = next(item for item in found.entries if item.name == "many/a-file-with-number-3")
    assert entry.mtime == 4_000_000_000
    assert found.contents[entry.name] == small_disk.CONTENT


def test_headers_in_a_long_target(small: bytes, tmp_path: Path) -> None:
    """The kernel writes them, mkfs.xfs does not."""
    target = b"/".join([b"target"] * 60)
    data = bytearray(small)
    at = small.index(target)
    data[at : at + 1024] = (b"XSLM" + bytes(52) + target).ljust(1024, b"\0")
    found = extract(xfs, bytes(data), tmp_path)
    assert [entry.target for entry in found.entries if entry.name == "far"] == [target.decode()]
    assert not found.problems


def test_a_folder_that_is_its_own_child_is_read_once(small: bytes, tmp_path: Path) -> None:
    sb = superblock.read(small)
    data = bytearray(small)
    entry = entry_at(small, b"a-file-with-number-7")
    data[entry : entry + 8] = sb.root.to_bytes(8, "big")
    found = extract(xfs, bytes(data), tmp_path)
    message = "many/a-file-with-number-7: a folder stands in more than one place"
    assert found.problems == [(ProblemKind.MALFORMED, message)]
    assert len(found.contents) == small_disk.COUNT


def test_damage_is_told_and_the_rest_is_kept(small: bytes, tmp_path: Path) -> None:
    data = bytearray(small)
    at = inode_at(small, b"a-file-with-number-3")
    data[at : at + 2] = b"xx"
    at = inode_at(small, b"a-file-with-number-4")
    data[at + 90 : at + 92] = b"\0\1"
    found = extract(xfs, bytes(data), tmp_path)
    assert [kind for kind, _ in found.problems] == [ProblemKind.MALFORMED, ProblemKind.UNSUPPORTED]
    assert len(found.contents) == small_disk.COUNT
    assert found.contents["file"] == small_disk.CONTENT * 5


def test_a_cut_image_keeps_what_is_there(small: bytes, tmp_path: Path) -> None:
    cut = small[: len(small) * 3 // 4]
    assert xfs.measure(cut, 0) == len(small)
    found = extract(xfs, cut, tmp_path)
    assert ProblemKind.TRUNCATED in found.kinds
    assert small_disk.CONTENT in found.contents.values()


@pytest.mark.parametrize(("at", "value"), [(4, 0), (84, 0), (88, 5), (104, 0), (122, 0xFFFFFFFF), (124, 0), (56, 0)])
def test_a_magic_by_chance_is_no_xfs(small: bytes, at: int, value: int) -> None:
    data = bytearray(small)
    struct.pack_into(">I", data, at, value)
    if at == 56:
        struct.pack_into(">Q", data, at, superblock.read(small).root + 1)
    with pytest.raises(Malformed):
        xfs.measure(small_disk.sealed_xfs(bytes(data)), 0)
    data = bytearray(small)
    data[130] ^= 1
    with pytest.raises(Malformed, match="checksum"):
        xfs.measure(bytes(data), 0)


def test_unknown_features_are_not_guessed(small: bytes) -> None:
    data = bytearray(small)
    struct.pack_into(">I", data, 216, 1 << 30)
    with pytest.raises(Unsupported):
        xfs.measure(small_disk.sealed_xfs(bytes(data)), 0)
