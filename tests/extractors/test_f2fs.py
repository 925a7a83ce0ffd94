"""F2FS as mkfs.f2fs and sload.f2fs make it; small content, compression, deep files in images of our own; damage."""

import struct
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.f2fs_images import BLOCK, CHECKPOINTS, MAIN, NAT, SEGMENT, SIZE, TEXT, F2fs
from tests.support.trees import extract, run

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.f2fs import f2fs

VARIANTS: dict[str, tuple[str, ...]] = {
    "plain": (),
    "more fields": ("-O", "extra_attr,inode_checksum,inode_crtime"),
    "large bitmap": ("-i",),
}
PART = TEXT[:SIZE]
LOCKED = (ProblemKind.ENCRYPTED, "locked: it is encrypted")


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
def test_everything_comes_out(tree: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    image = tmp_path / "x.img"
    with image.open("wb") as file:
        file.truncate(100 << 20)
    run("mkfs.f2fs", "-q", "-f", *options, "-l", "sample", image)
    run("sload.f2fs", "-P", "-f", tree, image)
    found = trees.whole(f2fs, image.read_bytes(), tree, tmp_path / "out")
    assert found.metadata["label"] == "sample"


def test_small_content_compression_links_and_devices(tmp_path: Path) -> None:
    data = F2fs(deep=True).build()
    found = extract(f2fs, data, tmp_path)
    assert found.problems == [LOCKED]
    gap, cluster = bytes(2 * BLOCK), 4 * BLOCK
    packed = PART[: 2 * cluster] + bytes(SIZE - 2 * cluster)
    deep = bytearray((923 + 3 * 1018) * BLOCK)
    for number, block in enumerate((0, 923 + 1018, 923 + 2 * 1018 + 1017)):
        deep[block * BLOCK : block * BLOCK + 6] = b"part %d" % number
    assert found.contents == {
        "small": b"small",
        "plain": (PART[: 5 * BLOCK] + gap + PART[7 * BLOCK :]).ljust(SIZE + BLOCK, b"\0"),
        "lzo": packed,
        "lz4": packed,
        "zstd": packed,
        "deep": bytes(deep),
        "locked": b"",
    }
    others = {entry.name: entry for entry in found.entries if entry.kind is not EntryKind.FILE}
    assert (others["link"].kind, others["link"].target) == (EntryKind.SYMLINK, "plain")
    assert (others["null"].kind, others["null"].facts) == (EntryKind.CHARACTER_DEVICE, {"device": "1:3"})
    links = [entry for entry in found.entries if entry.kind is EntryKind.HARDLINK]
    assert [(entry.name, entry.target) for entry in links] == [
        (f"folder/entry-with-number-{number}", "small") for number in range(20)
    ]
    assert {(entry.uid, entry.gid, entry.mtime) for entry in found.entries} == {(7, 9, trees.EPOCH)}


def test_the_older_checkpoint_serves_when_the_newer_is_damaged(tmp_path: Path) -> None:
    """It knows of no files: the first copies of the table are empty."""
    data = bytearray(F2fs().build())
    data[(CHECKPOINTS + SEGMENT) * BLOCK + 300] ^= 1
    found = extract(f2fs, bytes(data), tmp_path)
    assert found.metadata["checkpoint"] == "7"
    assert found.problems == [(ProblemKind.MALFORMED, "the root folder: there is no node 3")]
    data[CHECKPOINTS * BLOCK + 300] ^= 1
    assert "checksum" in extract(f2fs, bytes(data), tmp_path).refused


def test_a_folder_that_is_its_own_child_is_read_once(tmp_path: Path) -> None:
    data = bytearray(F2fs().build())
    head = struct.pack("<IIHB", 0, 4, 6, 1)
    at = data.index(struct.pack("<IIHB", 0, 5, 19, 1), MAIN * BLOCK)
    data[at + 4 : at + 8] = struct.pack("<I", 4)
    assert head in data
    found = extract(f2fs, bytes(data), tmp_path)
    message = "folder/entry-with-number-0: a folder stands in more than one place"
    assert sorted(found.problems) == sorted([LOCKED, (ProblemKind.MALFORMED, message)])


def test_nodes_in_circles_are_refused(tmp_path: Path) -> None:
    """An indirect node that names itself is met again one level further down, as a list of blocks."""
    data = bytearray(F2fs(deep=True).build())
    (place,) = struct.unpack_from("<I", data, (NAT + SEGMENT) * BLOCK + 21 * 9 + 5)
    struct.pack_into("<I", data, place * BLOCK, 21)
    found = extract(f2fs, bytes(data), tmp_path)
    message = "deep: a block of a file lies outside the file system"
    assert sorted(found.problems) == sorted([LOCKED, (ProblemKind.MALFORMED, message)])


def test_damaged_compression_is_told_and_the_rest_is_kept(tmp_path: Path) -> None:
    data = bytearray(F2fs().build())
    at = data.index(b"\x28\xb5\x2f\xfd")
    data[at : at + 4] = b"oops"
    found = extract(f2fs, bytes(data), tmp_path)
    assert {message.partition(":")[0] for _, message in found.problems} == {"zstd", "locked"}
    assert found.contents["lz4"][: 4 * BLOCK] == PART[: 4 * BLOCK]


def test_a_cut_image_keeps_what_is_there(tmp_path: Path) -> None:
    data = F2fs().build()
    cut = data[: MAIN * BLOCK + 12 * BLOCK]
    assert f2fs.measure(cut, 0) == len(data)
    found = extract(f2fs, cut, tmp_path)
    assert ProblemKind.TRUNCATED in found.kinds
    assert found.contents["small"] == b"small"


@pytest.mark.parametrize(
    ("at", "value"), [(16, 3), (20, 12), (36, 0), (52, 3), (60, 1), (92, 0), (96, 9), (2180, 1 << 31)]
)
def test_a_magic_by_chance_is_no_f2fs(at: int, value: int) -> None:
    data = bytearray(F2fs().build())
    struct.pack_into("<I", data, 1024 + at, value)
    with pytest.raises(Malformed):
        f2fs.measure(bytes(data), 0)
