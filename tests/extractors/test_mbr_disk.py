"""Disks with the PC's partition table, as sfdisk makes them."""

import struct
from pathlib import Path

import pytest
from tests.support.small_discs import DISK_SIZE, SECTOR, partitioned
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.mbr_disk import mbr_disk

SCRIPT = """label: dos
label-id: 0x1234abcd
start=16, size=16, type=c, bootable
start=40, size=8, type=83
start=64, size=192, type=5
start=72, size=8, type=82
start=100, size=10, type=8e
start=120, size=7
"""


@pytest.fixture
def disk(tmp_path: Path) -> bytes:
    (tmp_path / "x").write_bytes(bytes(DISK_SIZE))
    partitioned(tmp_path / "x", SCRIPT)
    return (tmp_path / "x").read_bytes()


def test_primary_and_logical_partitions(tmp_path: Path, disk: bytes) -> None:
    found = extract(mbr_disk, disk, tmp_path / "out")
    expected = {
        "1-FAT32.img": (16, 16),
        "2-Linux.img": (40, 8),
        "5-Linux Swap.img": (72, 8),
        "6-Linux LVM.img": (100, 10),
        "7-Linux.img": (120, 7),
    }
    assert {name for name in found.contents if not name.startswith("outside")} == set(expected)
    for name, (first, count) in expected.items():
        assert found.contents[name] == disk[first * SECTOR : (first + count) * SECTOR]
    assert found.entries[0].facts == {
        "partitionType": "FAT32",
        "partitionTypeCode": "0x0c",
        "bootable": "yes",
        "offset": str(16 * SECTOR),
        "size": str(16 * SECTOR),
    }
    assert not found.problems
    assert found.metadata == {"diskIdentifier": "1234abcd"}


def test_boot_loaders_outside_of_partitions_are_seen(tmp_path: Path, disk: bytes) -> None:
    code = b"GRUB ".ljust(440, b"\x90")
    empty = bytes(SECTOR)
    image = code + disk[440:SECTOR] + 3 * empty + b"second stage".ljust(12 * SECTOR, b"\1") + disk[16 * SECTOR :]
    found = extract(mbr_disk, image, tmp_path / "out")
    assert found.contents["outside-0x00000000.bin"] == code
    # It begins where its content does: that is where its format is looked for.
    assert found.contents["outside-0x00000800.bin"] == image[4 * SECTOR : 16 * SECTOR]
    assert found.contents["outside-0x00004000.bin"] == disk[32 * SECTOR : 40 * SECTOR]


def test_padding_outside_of_partitions_is_nothing(tmp_path: Path, disk: bytes) -> None:
    for filler in (b"\0", b"\xff"):
        image = disk[:SECTOR] + filler * (15 * SECTOR) + disk[16 * SECTOR :]
        found = extract(mbr_disk, image, tmp_path / "out")
        assert min(int(entry.facts["offset"]) for entry in found.entries) == 16 * SECTOR


def test_a_chain_of_logical_partitions_in_circles_ends(tmp_path: Path, disk: bytes) -> None:
    damaged = bytearray(disk)
    tables = [at for at in range(64 * SECTOR, len(disk), SECTOR) if disk[at + 510 : at + 512] == b"\x55\xaa"]
    assert len(tables) == 3
    struct.pack_into("<BxxxBxxxII", damaged, tables[-1] + 446 + 16, 0, 5, (tables[1] - tables[0]) // SECTOR, 8)
    found = extract(mbr_disk, bytes(damaged), tmp_path / "out")
    assert found.problems == [(ProblemKind.MALFORMED, "the chain of logical partitions does not end")]
    assert "7-Linux.img" in found.contents


def test_a_broken_chain_keeps_the_partitions_before(tmp_path: Path, disk: bytes) -> None:
    tables = [at for at in range(64 * SECTOR, len(disk), SECTOR) if disk[at + 510 : at + 512] == b"\x55\xaa"]
    damaged = bytearray(disk)
    damaged[tables[1] + 510] = 0
    found = extract(mbr_disk, bytes(damaged), tmp_path / "out")
    assert {"1-FAT32.img", "5-Linux Swap.img"} <= set(found.contents)
    assert found.kinds == {ProblemKind.MALFORMED}


@pytest.mark.parametrize(
    ("at", "value"),
    [(446, 1), (450, 0), (454, 0), (458, 0), (510, 0), (458, 200), (454, 255)],
    ids=["status", "type", "first", "length", "magic", "overlap", "behind the end"],
)
def test_a_boot_sector_is_no_table(disk: bytes, at: int, value: int) -> None:
    damaged = bytearray(disk)
    if value == 255:
        damaged[446:510] = struct.pack("<BxxxBxxxII", 0, 0x83, 1 << 20, 8) + bytes(48)
    else:
        damaged[at] = value
    with pytest.raises(Malformed):
        mbr_disk.measure(bytes(damaged), 0)


def test_a_volume_is_no_disk(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        file.truncate(1 << 20)
    run("mkfs.vfat", tmp_path / "x")
    sector = bytearray((tmp_path / "x").read_bytes())
    sector[446:462] = struct.pack("<BxxxBxxxII", 0x80, 0x0C, 1, 8)
    with pytest.raises(Malformed, match="FAT"):
        mbr_disk.measure(bytes(sector), 0)
    sector[3:11] = b"NTFS    "
    with pytest.raises(Malformed):
        mbr_disk.measure(bytes(sector), 0)


def test_a_protective_table_without_what_it_protects(tmp_path: Path, disk: bytes) -> None:
    damaged = bytearray(disk)
    damaged[446:510] = struct.pack("<BxxxBxxxII", 0, 0xEE, 1, 0xFFFFFFFF) + bytes(48)
    found = extract(mbr_disk, bytes(damaged), tmp_path / "out")
    assert found.contents["1-GPT Protective.img"] == disk[SECTOR:]
    assert ProblemKind.MALFORMED in found.kinds
