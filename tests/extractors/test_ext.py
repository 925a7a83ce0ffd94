"""ext2, ext3, ext4: features one by one, as mke2fs makes them; damage, circles, bombs."""

import struct
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.trees import extract, run

from pellucid.analysis.limits import Limits
from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.ext import ext
from pellucid.formats.ext import superblock

VARIANTS = {
    "ext2": ("-t", "ext2"),
    "ext2 small blocks": ("-t", "ext2", "-b", "1024"),
    "ext2 revision 0": ("-t", "ext2", "-r", "0", "-b", "1024"),
    "ext3": ("-t", "ext3"),
    "ext4": ("-t", "ext4"),
    "ext4 small blocks": ("-t", "ext4", "-b", "1024"),
    "ext4 inline data": ("-t", "ext4", "-O", "inline_data"),
    "ext4 meta groups": ("-t", "ext4", "-b", "1024", "-O", "meta_bg,^resize_inode", "-g", "1024"),
    "ext4 32 bit": ("-t", "ext4", "-O", "^64bit,^metadata_csum"),
    "ext4 large blocks": ("-t", "ext4", "-b", "65536"),
    "ext4 clusters": ("-t", "ext4", "-O", "bigalloc"),
}


def made(tree: Path, folder: Path, *options: str, size: str = "12M") -> bytes:
    target = folder / "x.img"
    run("mke2fs", "-q", "-F", *options, "-L", "sample", "-d", tree, target, size)
    return target.read_bytes()


def written(folder: Path, *commands: str) -> bytes:
    """An empty file system in which debugfs has carried out `commands`."""
    (folder / "empty").mkdir()
    made(folder / "empty", folder, "-t", "ext4")
    (folder / "commands").write_text("\n".join(commands))
    run("debugfs", "-w", "-f", folder / "commands", folder / "x.img")
    return (folder / "x.img").read_bytes()


@pytest.fixture(scope="module")
def plain(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tree, tmp_path_factory.mktemp("plain"), "-t", "ext4")


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
def test_everything_comes_out(tree: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    size = "64M" if "65536" in options else "12M"
    data = made(tree, tmp_path, *options, size=size)
    found = extract(ext, data, tmp_path / "out")
    seen = found.seen()
    assert seen.pop("lost+found").mode == 0o700
    # mke2fs cuts sparse files when it may put data into inodes.
    leave_out = ("sparse",) if "inline_data" in options else ()
    for name in leave_out:
        del seen[name]
    assert seen == trees.facts(tree, leave_out=leave_out)
    assert not found.problems
    files = [entry for entry in found.entries if entry.name.startswith("etc/")]
    assert {entry.mtime for entry in files} == {trees.EPOCH}
    assert {entry.uid for entry in files} == {(tree / "bin").stat().st_uid}
    assert found.metadata["version"] == options[1]
    assert found.metadata["label"] == "sample"
    assert ext.measure(data, 0) == len(data)
    assert ext.measure(b"x" * 512 + data, 512) == len(data)


def test_is_recognised_by_a_signature(plain: bytes) -> None:
    assert any(plain[item.at : item.at + len(item.literal)] == item.literal for item in ext.signatures)


def test_a_backup_of_the_superblock_is_no_file_system(plain: bytes, tmp_path: Path) -> None:
    data = bytearray(plain)
    struct.pack_into("<H", data, 1024 + 0x5A, 1)
    with pytest.raises(Malformed):
        ext.measure(bytes(data), 0)
    assert extract(ext, bytes(data), tmp_path).refused


def test_a_journal_that_was_not_written_back_is_said(plain: bytes, tmp_path: Path) -> None:
    data = bytearray(plain)
    data[1024 + 0x60] |= superblock.RECOVER
    assert "journal" in extract(ext, bytes(data), tmp_path).metadata


def test_a_cut_image_keeps_what_is_there(tree: Path, tmp_path: Path) -> None:
    data = made(tree, tmp_path, "-t", "ext4", "-b", "1024", "-O", "^has_journal", size="6M")
    cut = data[: len(data) // 3]
    found = extract(ext, cut, tmp_path / "out")
    assert ProblemKind.TRUNCATED in found.kinds
    whole, seen = trees.facts(tree), found.seen()
    assert len([name for name in seen if whole.get(name) == seen[name]]) > 20


def test_a_folder_that_is_its_own_child_is_read_once(tree: Path, plain: bytes, tmp_path: Path) -> None:
    found = superblock.read(plain)
    at = plain.index(struct.pack("<BB", 5, 2) + b"empty")
    data = bytearray(plain)
    struct.pack_into("<I", data, at - 6, 2)
    result = extract(ext, bytes(data), tmp_path)
    assert found.block_size <= 4096
    assert any("more than one place" in message for _, message in result.problems)
    assert set(trees.facts(tree)) <= set(result.seen())


def test_a_file_that_claims_terabytes_stops_at_the_budget(plain: bytes, tmp_path: Path) -> None:
    data = bytearray(plain)
    entry = plain.index(struct.pack("<BB", 6, 1) + b"passwd")
    (number,) = struct.unpack_from("<I", plain, entry - 6)
    at = superblock.inode_at(plain, superblock.read(plain), number)
    struct.pack_into("<I", data, at + 0x6C, 1000)
    result = extract(ext, bytes(data), tmp_path, Limits(bytes=8 << 20))
    assert result.stopped


def test_extents_in_a_circle_are_refused(plain: bytes, tmp_path: Path) -> None:
    data = bytearray(plain)
    entry = plain.index(struct.pack("<BB", 8, 1) + b"repeated")
    (number,) = struct.unpack_from("<I", plain, entry - 6)
    found = superblock.read(plain)
    at = superblock.inode_at(plain, found, number) + 0x28
    # The root of the tree points to the block of the inode table that holds a copy of the root.
    block = 200
    node = struct.pack("<4HI", 0xF30A, 1, 4, 5, 0) + struct.pack("<2IHH", 0, block, 0, 0)
    data[at : at + len(node)] = node
    data[block * found.block_size : block * found.block_size + len(node)] = node
    result = extract(ext, bytes(data), tmp_path)
    assert any(message.startswith("repeated: ") for _, message in result.problems)
    assert "etc/passwd" in result.contents


def test_encrypted_files_are_counted(plain: bytes, tmp_path: Path) -> None:
    data = bytearray(plain)
    entry = plain.index(struct.pack("<BB", 6, 1) + b"shadow")
    (number,) = struct.unpack_from("<I", plain, entry - 6)
    at = superblock.inode_at(plain, superblock.read(plain), number)
    data[at + 0x21] |= 0x08
    result = extract(ext, bytes(data), tmp_path)
    assert result.problems == [(ProblemKind.ENCRYPTED, "1 files and folders are encrypted")]
    assert result.contents["etc/shadow"] == b""


def test_devices_in_the_old_and_the_new_form(tmp_path: Path) -> None:
    data = written(tmp_path, "mknod null c 1 3", "mknod far b 259 300", "mknod pipe p")
    found = extract(ext, data, tmp_path / "out")
    assert not found.problems
    assert {entry.name: (entry.kind, entry.facts) for entry in found.entries if entry.name != "lost+found"} == {
        "null": (EntryKind.CHARACTER_DEVICE, {"device": "1:3"}),
        "far": (EntryKind.BLOCK_DEVICE, {"device": "259:300"}),
        "pipe": (EntryKind.FIFO, {}),
    }


def test_a_path_that_is_too_long_is_said(tmp_path: Path) -> None:
    name = "n" * 250
    found = extract(ext, written(tmp_path, *[f"mkdir {name}", f"cd {name}"] * 34), tmp_path / "out")
    said = [message for kind, message in found.problems if kind is ProblemKind.MALFORMED]
    assert len(said) == 1
    assert said[0].endswith(": a path is too long to go further down")


@pytest.mark.parametrize(("at", "value"), [(0x18, 99), (0x28, 0), (0x20, 0), (0x58, 100), (0x00, 5), (0x4, 0)])
def test_a_magic_by_chance_is_no_ext(plain: bytes, at: int, value: int) -> None:
    data = bytearray(plain)
    struct.pack_into("<I", data, 1024 + at, value)
    with pytest.raises(Malformed):
        ext.measure(bytes(data), 0)
