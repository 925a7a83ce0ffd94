"""UBI as ubinize writes it, with damaged blocks, and with blocks in several versions."""

import random
import struct
import zlib
from pathlib import Path

import pytest
from tests.support.trees import Extraction, extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.ubi import ubi
from pellucid.formats import ubi as images

NOISE = random.Random(8)
KERNEL, ROOTFS = NOISE.randbytes(100_001), NOISE.randbytes(60_000)
SIZES = {
    "nand": ("-m", "2048", "-p", "128KiB"),
    "nand with subpages": ("-m", "2048", "-s", "512", "-p", "128KiB"),
    "nor": ("-m", "1", "-p", "64KiB"),
    "small nand": ("-m", "512", "-p", "16KiB"),
}
BLOCK = 16 << 10
USABLE = BLOCK - 1024


def made(folder: Path, *options: str) -> bytes:
    (folder / "kernel").write_bytes(KERNEL)
    (folder / "rootfs").write_bytes(ROOTFS)
    (folder / "x.ini").write_text(
        f"[one]\nmode=ubi\nimage={folder / 'kernel'}\nvol_id=0\nvol_type=static\nvol_name=kernel\n"
        f"[two]\nmode=ubi\nimage={folder / 'rootfs'}\nvol_id=7\nvol_size=2MiB\nvol_type=dynamic\nvol_name=root fs\n"
        f"vol_alignment=2\nvol_flags=autoresize\n"
        "[three]\nmode=ubi\nvol_id=9\nvol_size=1MiB\nvol_type=dynamic\nvol_name=empty\n"
    )
    run("ubinize", *options, "-Q", "1234", "-x", "1", "-o", folder / "x.ubi", folder / "x.ini")
    return (folder / "x.ubi").read_bytes()


@pytest.fixture
def small(tmp_path: Path) -> bytes:
    return made(tmp_path, *SIZES["small nand"])


def read(data: bytes, folder: Path) -> Extraction:
    assert ubi.measure(data, 0) == len(data)
    return extract(ubi, data, folder / "out")


def blocks(data: bytes, volume: int) -> list[int]:
    """Offsets of a volume's physical blocks, in the order of its logical ones."""
    found = []
    for at in range(0, len(data), BLOCK):
        raw = data[at + 512 : at + 576]
        if raw[:4] == b"UBI!" and struct.unpack_from(">I", raw, 8)[0] == volume:
            found.append((struct.unpack_from(">I", raw, 12)[0], at))
    return [at for _, at in sorted(found)]


def with_header(block: bytes, *, sequence: int, copied: bool = False, content: bytes = b"") -> bytes:
    """A block as it was written at another time."""
    raw = bytearray(block[512:576])
    raw[6] = copied
    struct.pack_into(">Q", raw, 40, sequence)
    if content:
        struct.pack_into(">I", raw, 20, len(content))
        struct.pack_into(">I", raw, 32, zlib.crc32(content) ^ 0xFFFFFFFF)
    struct.pack_into(">I", raw, 60, zlib.crc32(bytes(raw[:60])) ^ 0xFFFFFFFF)
    data = content + block[1024 + len(content) :]
    return block[:512] + bytes(raw) + block[576:1024] + data


@pytest.mark.parametrize("variant", SIZES)
def test_volumes_come_out_under_their_names(tmp_path: Path, variant: str) -> None:
    data = made(tmp_path, *SIZES[variant])
    found = read(data, tmp_path)
    assert not found.problems
    assert found.contents["kernel"] == KERNEL
    assert found.contents["root fs"].rstrip(b"\xff") == ROOTFS.rstrip(b"\xff")
    assert found.contents["empty"] == b""
    facts = {entry.name: entry.facts for entry in found.entries}
    assert {**facts["kernel"], "reservedBlocks": ""} == {
        "volumeId": "0",
        "type": "static",
        "alignment": "1",
        "reservedBlocks": "",
        "usedBytes": str(len(KERNEL)),
    }
    assert (facts["root fs"]["volumeId"], facts["root fs"]["type"]) == ("7", "dynamic")
    assert facts["root fs"]["flags"] == "autoresize"
    assert found.metadata["imageSequence"] == "1234"
    assert found.metadata["eraseBlock"] == str(int(SIZES[variant][-1].removesuffix("KiB")) << 10)
    assert data.startswith(ubi.signatures[0].literal)


def test_physical_order_does_not_matter(small: bytes, tmp_path: Path) -> None:
    shuffled = [small[at : at + BLOCK] for at in range(0, len(small), BLOCK)]
    random.Random(2).shuffle(shuffled)
    free = small[:512] + b"\xff" * (BLOCK - 512)
    found = read(b"".join(shuffled[:5]) + free + b"".join(shuffled[5:]) + free, tmp_path)
    assert found.contents["kernel"] == KERNEL
    assert found.metadata["freeBlocks"] == "2"
    assert not found.problems


def test_of_two_versions_of_a_block_the_later_counts(small: bytes, tmp_path: Path) -> None:
    at = blocks(small, 7)[1]
    newer = with_header(small[at : at + BLOCK], sequence=9, content=b"newer")
    older = with_header(small[at : at + BLOCK], sequence=8, content=b"older")
    for data in (small + newer + older, older + newer + small, newer + small + older):
        usable = USABLE // 2 * 2
        assert read(data, tmp_path).contents["root fs"][usable : usable + 5] == b"newer"


def test_an_unfinished_copy_does_not_count(small: bytes, tmp_path: Path) -> None:
    at = blocks(small, 7)[1]
    good = with_header(small[at : at + BLOCK], sequence=9, copied=True, content=b"newer")
    half = with_header(small[at : at + BLOCK], sequence=10, copied=True, content=b"half written")
    half = half[:1030] + bytes(6) + half[1036:]
    usable = USABLE // 2 * 2
    assert read(small + good + half, tmp_path).contents["root fs"][usable : usable + 5] == b"newer"


def test_damaged_blocks_are_reported_and_the_rest_comes_out(small: bytes, tmp_path: Path) -> None:
    kernel, rootfs = blocks(small, 0), blocks(small, 7)
    damaged = bytearray(small)
    damaged[kernel[2] + 5000] ^= 1
    damaged[rootfs[1] : rootfs[1] + BLOCK] = bytes(BLOCK)
    damaged[rootfs[2] + 520] ^= 1
    found = read(bytes(damaged), tmp_path)
    assert [message for _, message in found.problems] == [
        f"erase block {rootfs[1] // BLOCK}: it has no header",
        f"erase block {rootfs[2] // BLOCK}: the checksum of its volume header differs",
        "kernel: the checksum of logical block 2 differs",
    ]
    assert found.metadata["damagedBlocks"] == "2"
    assert len(found.contents["kernel"]) == len(KERNEL)
    assert found.contents["root fs"][:USABLE] == ROOTFS[:USABLE]
    assert found.contents["root fs"][USABLE : 3 * USABLE] == b"\xff" * 2 * USABLE


def test_a_lost_block_of_a_static_volume_is_reported(small: bytes, tmp_path: Path) -> None:
    kernel = blocks(small, 0)
    for number, text in ((1, "logical blocks 1 to 1 are missing"), (-1, "logical blocks 6 to 6 are missing")):
        damaged = bytearray(small)
        damaged[kernel[number] : kernel[number] + BLOCK] = b"\xff" * BLOCK
        assert read(bytes(damaged), tmp_path).problems == [(ProblemKind.MALFORMED, f"kernel: {text}")]


def test_one_copy_of_the_volume_table_is_enough_and_none_is_no_end(small: bytes, tmp_path: Path) -> None:
    first, second = blocks(small, images.LAYOUT_VOLUME)
    damaged = bytearray(small)
    damaged[first + 1030] ^= 1
    assert read(bytes(damaged), tmp_path).contents["kernel"] == KERNEL
    damaged[second + 1030] ^= 1
    found = read(bytes(damaged), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "the volume table is lost: volumes are named by their numbers")]
    assert found.contents["volume-0"] == KERNEL
    assert found.contents["volume-7"].rstrip(b"\xff") == ROOTFS.rstrip(b"\xff")


def test_removed_volumes_stay_removed(small: bytes, tmp_path: Path) -> None:
    data = bytearray(small)
    empty = bytes(168) + struct.pack(">I", zlib.crc32(bytes(168)) ^ 0xFFFFFFFF)
    for at in blocks(small, images.LAYOUT_VOLUME):
        data[at + 1024 : at + 1024 + 172] = empty
    assert set(read(bytes(data), tmp_path).contents) == {"root fs", "empty"}


def test_an_image_within_a_volume_does_not_confuse(small: bytes, tmp_path: Path) -> None:
    (tmp_path / "inner.ubi").write_bytes(small)
    (tmp_path / "outer.ini").write_text(
        f"[x]\nmode=ubi\nimage={tmp_path / 'inner.ubi'}\nvol_id=0\nvol_type=static\nvol_name=inner\n"
    )
    run("ubinize", "-m", "512", "-p", "64KiB", "-Q", "1234", "-o", tmp_path / "outer.ubi", tmp_path / "outer.ini")
    found = read((tmp_path / "outer.ubi").read_bytes(), tmp_path)
    assert found.contents == {"inner": small}


@pytest.mark.parametrize("subpage", [1, 4])
@pytest.mark.parametrize(("page", "spare"), [(512, 16), (2048, 64), (4096, 224)])
def test_a_dump_with_spare_areas_gives_its_pages(tmp_path: Path, page: int, spare: int, subpage: int) -> None:
    data = made(tmp_path, "-m", str(page), "-s", str(page // subpage), "-p", "256KiB")
    dump = b"".join(data[at : at + page] + b"\xff" * 4 + NOISE.randbytes(spare - 4) for at in range(0, len(data), page))
    found = read(dump, tmp_path)
    assert found.contents == {"without-spare-areas.ubi": data}
    assert (found.metadata["page"], found.metadata["spare"]) == (str(page), str(spare))


def test_the_end_in_a_dump(small: bytes) -> None:
    behind = b"something else" * 10_000
    assert ubi.measure(b"x" * 100 + small + behind, 100) == len(small)
    other = small.replace(struct.pack(">I", 1234), struct.pack(">I", 99))
    assert ubi.measure(small + other, 0) == len(small)
    holes = small[: 3 * BLOCK] + bytes(5 * BLOCK) + small[3 * BLOCK :]
    assert ubi.measure(holes + behind, 0) == len(holes)


def test_a_cut_image_keeps_what_is_there(small: bytes, tmp_path: Path) -> None:
    cut = small[: 6 * BLOCK + 3000]
    assert ubi.measure(cut, 0) == 7 * BLOCK
    found = extract(ubi, cut, tmp_path / "out")
    assert ProblemKind.TRUNCATED in found.kinds or ProblemKind.MALFORMED in found.kinds
    assert KERNEL.startswith(found.contents["kernel"])


@pytest.mark.parametrize("at", [0, 4, 20, 60])
def test_a_magic_by_chance_is_none(small: bytes, at: int) -> None:
    data = bytearray(small)
    data[at] ^= 1
    with pytest.raises(Malformed):
        ubi.measure(bytes(data), 0)
    with pytest.raises(Malformed):
        ubi.measure(small[:BLOCK], 0)


@pytest.mark.parametrize("bad", [(1,), (1, 2, 3), (1, 3)])
def test_bad_blocks_behind_the_first_do_not_hide_how_long_blocks_are(
    small: bytes, tmp_path: Path, bad: tuple[int, ...]
) -> None:
    # The layout volume stands in the first two blocks: it is written again behind all others.
    data = bytearray(small + small[BLOCK : 4 * BLOCK])
    for block in bad:
        data[block * BLOCK : (block + 1) * BLOCK] = b"\xff" * BLOCK
    assert images.layout(bytes(data)).block == BLOCK
