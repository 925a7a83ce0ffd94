"""Squashfs: every compressor, shapes of files, both byte orders, vendors' variants, damage and bombs."""

import lzma
import struct
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.squashfs_images import Image
from tests.support.trees import extract, run

from pellucid.analysis.limits import Limits
from pellucid.analysis.output import HOLE
from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.squashfs import squashfs

VARIANTS = {
    "gzip": ("-comp", "gzip"),
    "lzma": ("-comp", "lzma"),
    "lzo": ("-comp", "lzo"),
    "xz": ("-comp", "xz"),
    "xz with a filter": ("-comp", "xz", "-Xbcj", "arm", "-b", "256k"),
    "lz4": ("-comp", "lz4"),
    "zstd": ("-comp", "zstd"),
    "stored": ("-noI", "-noD", "-noF"),
    "no fragments": ("-no-fragments", "-b", "4k"),
    "tails": ("-always-use-fragments", "-b", "1M"),
}


def made(tree: Path, folder: Path, *options: str) -> bytes:
    target = folder / "x.squashfs"
    run("mksquashfs", tree, target, "-noappend", "-no-progress", "-quiet", "-processors", "1", *options)
    return target.read_bytes()


@pytest.fixture(scope="module")
def plain(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tree, tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
def test_everything_comes_out(tree: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    found = trees.whole(squashfs, made(tree, tmp_path, *options), tree, tmp_path / "out")
    assert {entry.mtime for entry in found.entries} == {trees.EPOCH}


def test_is_measured_in_the_middle(plain: bytes) -> None:
    assert squashfs.measure(b"xxx" + plain + b"behind", 3) == len(plain)


def test_names_of_one_file_share_its_bytes(plain: bytes, tmp_path: Path) -> None:
    entries = {entry.name: entry for entry in extract(squashfs, plain, tmp_path).entries}
    assert (entries["block"].kind, entries["linked"].kind) == (EntryKind.FILE, EntryKind.HARDLINK)
    assert entries["linked"].target == "block"


def test_devices_and_fifos_are_facts(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    options = [part for text in ("sda b 660 1 2 8 0", "mem c 640 0 0 1 1", "pipe i 600 0 0 f") for part in ("-p", text)]
    found = extract(squashfs, made(tmp_path / "tree", tmp_path, *options), tmp_path / "out")
    assert [entry.facts.get("device") for entry in found.entries] == ["1:1", None, "8:0"]
    kinds = {entry.name: (entry.kind, entry.mode, entry.uid, entry.gid) for entry in found.entries}
    assert kinds == {
        "mem": (EntryKind.CHARACTER_DEVICE, 0o640, 0, 0),
        "pipe": (EntryKind.FIFO, 0o600, 0, 0),
        "sda": (EntryKind.BLOCK_DEVICE, 0o660, 1, 2),
    }


def test_the_superblock_becomes_facts(plain: bytes, tmp_path: Path) -> None:
    metadata = extract(squashfs, plain, tmp_path).metadata
    assert (metadata["compressor"], metadata["blockSize"]) == ("gzip", "131072")


@pytest.mark.parametrize("order", "<>")
def test_both_byte_orders(tmp_path: Path, order: str) -> None:
    image = Image(order=order, magic=b"hsqs" if order == "<" else b"sqsh")
    found = extract(squashfs, image.build(), tmp_path)
    assert found.contents == image.files
    assert found.entries[0].uid == 1000
    assert not found.problems


def alone(content: bytes) -> bytes:
    return lzma.compress(content, lzma.FORMAT_ALONE)


def raw(content: bytes) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << 20}]
    return lzma.compress(content, lzma.FORMAT_RAW, filters=filters)


@pytest.mark.parametrize("magic", [b"shsq", b"qshs", b"hsqt", b"sqlz"])
@pytest.mark.parametrize(
    "pack",
    [alone, lzma.compress, lambda content: alone(content)[:5] + raw(content), raw],
    ids=["header", "xz", "properties", "bare"],
)
def test_vendors_magic_words_and_framings(tmp_path: Path, magic: bytes, pack: object) -> None:
    image = Image(magic=magic, compressor=2, pack=pack)  # type: ignore[arg-type]  # one of four functions of bytes
    found = extract(squashfs, image.build(), tmp_path)
    assert found.contents == image.files
    assert found.metadata["magic"] == magic.decode()


def test_a_folder_that_is_its_own_child_is_read_once(tmp_path: Path) -> None:
    found = extract(squashfs, Image(loop=True).build(), tmp_path)
    assert set(found.contents) == {"one", "two"}
    assert found.kinds == {ProblemKind.MALFORMED}


def test_a_file_that_claims_gigabytes_ends_with_its_block(tmp_path: Path) -> None:
    found = extract(squashfs, Image(size_claim=0xFFFFFFF0).build(), tmp_path)
    assert found.kinds
    assert found.kinds <= {ProblemKind.MALFORMED, ProblemKind.TRUNCATED}
    assert all(entry.size <= 1 << 17 for entry in found.entries)


def test_a_sparse_bomb_stops_at_the_budget(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    with (tmp_path / "tree/zeros").open("wb") as file:
        file.truncate(256 << 20)
    data = made(tmp_path / "tree", tmp_path, "-comp", "xz", "-b", "1M")
    found = extract(squashfs, data, tmp_path / "out", Limits(bytes=8 << 20))
    assert "bytes came out" in found.stopped
    assert found.entries[0].size <= HOLE * 8 << 20


def test_a_cut_image_says_so(plain: bytes, tmp_path: Path) -> None:
    cut = plain[: len(plain) // 2]
    assert squashfs.measure(cut, 0) > len(cut)
    assert extract(squashfs, cut, tmp_path).kinds == {ProblemKind.TRUNCATED}


def test_a_damaged_block_costs_only_its_file(tmp_path: Path) -> None:
    data = bytearray(Image().build())
    assert data[96:98] == b"\x78\x9c"
    data[98:110] = b"\xaa" * 12
    found = extract(squashfs, bytes(data), tmp_path)
    assert found.contents == {"one": b"", "two": b"second file"}
    assert [(kind, message.partition(":")[0]) for kind, message in found.problems] == [(ProblemKind.MALFORMED, "one")]


@pytest.mark.parametrize(("at", "value"), [(12, 12345), (22, 40), (20, 9), (64, 1 << 60), (28, 9)])
def test_a_magic_by_chance_is_no_squashfs(plain: bytes, at: int, value: int) -> None:
    data = bytearray(plain)
    struct.pack_into("<Q" if at == 64 else "<H", data, at, value)
    with pytest.raises(Malformed):
        squashfs.measure(bytes(data), 0)
