"""Disks with GUID partition tables, as sfdisk makes them, and with sectors of 4096 bytes."""

import struct
import zlib
from pathlib import Path

import pytest
from tests.support.small_discs import DISK_SIZE, SECTOR, partitioned
from tests.support.trees import extract

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.gpt_disk import gpt_disk
from pellucid.extractors.mbr_disk import mbr_disk

GUID = "12345678-0001-4321-8888-123456789ABC"
ROOT = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709"
SCRIPT = f"""label: gpt
label-id: {GUID}
first-lba: 34
start=64, size=16, name="EFI/System", type=U, uuid={GUID}
start=96, size=32, name="rootfs ü", type={ROOT}, attrs="RequiredPartition,LegacyBIOSBootable"
start=160, size=8, type=11111111-2222-3333-4444-555555555555
"""
HEADER = struct.Struct("<8sIIII4Q16sQIII")


@pytest.fixture
def disk(tmp_path: Path) -> bytes:
    (tmp_path / "x").write_bytes(bytes(DISK_SIZE))
    partitioned(tmp_path / "x", SCRIPT)
    return (tmp_path / "x").read_bytes()


def test_partitions_come_out_with_names_and_types(tmp_path: Path, disk: bytes) -> None:
    found = extract(gpt_disk, disk, tmp_path / "out")
    unknown = "3-11111111-2222-3333-4444-555555555555.img"
    outside = {name for name in found.contents if name.startswith("outside")}
    assert set(found.contents) - outside == {"1-EFI_System.img", "2-rootfs ü.img", unknown}
    assert found.contents["1-EFI_System.img"] == disk[64 * SECTOR : 80 * SECTOR]
    assert found.contents["2-rootfs ü.img"] == disk[96 * SECTOR : 128 * SECTOR]
    facts = {entry.name: dict(entry.facts) for entry in found.entries}
    assert facts["1-EFI_System.img"] == {
        "partitionType": "EFI System",
        "partitionLabel": "EFI/System",
        "partitionGuid": GUID.lower(),
        "partitionTypeGuid": "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
        "offset": str(64 * SECTOR),
        "size": str(16 * SECTOR),
    }
    assert facts["2-rootfs ü.img"]["flags"] == "required,legacyBoot"
    assert facts["2-rootfs ü.img"]["partitionType"] == "Linux Root (x86-64)"
    assert not found.problems
    assert found.metadata == {"diskGuid": GUID.lower(), "sectorSize": "512"}
    assert gpt_disk.measure(disk + b"behind", 0) == len(disk) + 6
    assert gpt_disk.measure(b"x" * 512 + disk + b"behind", 512) == len(disk)


def test_every_byte_is_in_a_partition_a_table_or_outside(tmp_path: Path, disk: bytes) -> None:
    found = extract(gpt_disk, b"boot code".ljust(440, b"\0") + disk[440:], tmp_path / "out")
    assert found.contents["outside-0x00000000.bin"].startswith(b"boot code")
    ranges = {(int(entry.facts["offset"]), entry.size) for entry in found.entries}
    sectors = {number for offset, size in ranges for number in range(offset // SECTOR, (offset + size) // SECTOR)}
    tables = {*range(34), *range(len(disk) // SECTOR - 33, len(disk) // SECTOR)}
    assert sectors == set(range(len(disk) // SECTOR)) - tables


def test_the_backup_is_used_when_the_first_copy_is_broken(tmp_path: Path, disk: bytes) -> None:
    expected = extract(gpt_disk, disk, tmp_path / "out").contents
    for at in (SECTOR + 24, SECTOR + 60, 2 * SECTOR + 33):
        damaged = disk[:at] + bytes([disk[at] ^ 1]) + disk[at + 1 :]
        found = extract(gpt_disk, damaged, tmp_path / "out")
        assert found.contents == expected
        assert found.kinds == {ProblemKind.MALFORMED}
        with pytest.raises(Malformed):
            gpt_disk.measure(b"x" * 64 + damaged, 64)


def test_a_header_that_is_gone_is_replaced_by_the_backup(tmp_path: Path, disk: bytes) -> None:
    wiped = disk[:SECTOR] + bytes(33 * SECTOR) + disk[34 * SECTOR :]
    found = extract(mbr_disk, wiped, tmp_path / "out")
    assert found.contents == extract(gpt_disk, disk, tmp_path / "out").contents
    message = "the GUID partition table at the start is gone: its backup is used"
    assert found.problems == [(ProblemKind.MALFORMED, message)]


def test_entries_are_read_when_both_checksums_differ(tmp_path: Path, disk: bytes) -> None:
    damaged = bytearray(disk)
    damaged[2 * SECTOR + 33] ^= 1
    del damaged[-SECTOR:]
    found = extract(gpt_disk, bytes(damaged), tmp_path / "out")
    assert "2-rootfs ü.img" in found.contents
    assert [message for _, message in found.problems] == ["the checksum of the entries at sector 2 differs"]


def test_sectors_of_4096_bytes(tmp_path: Path, disk: bytes) -> None:
    large = 4096
    entries = disk[2 * SECTOR : 34 * SECTOR]
    magic, revision, size, *_ = HEADER.unpack_from(disk, SECTOR)
    fields = [magic, revision, size, 0, 0, 1, 179, 6, 170, bytes(16), 2, 128, 128, zlib.crc32(entries)]
    header = HEADER.pack(*fields)
    header = header[:16] + struct.pack("<I", zlib.crc32(header)) + header[20:]
    image = bytearray(180 * large)
    image[:SECTOR] = disk[:SECTOR]
    image[large : large + len(header)] = header
    image[2 * large : 2 * large + len(entries)] = entries
    image[64 * large : 80 * large] = b"esp!" * (4 * large)
    found = extract(gpt_disk, bytes(image), tmp_path / "out")
    assert found.contents["1-EFI_System.img"] == b"esp!" * (4 * large)
    assert found.metadata["sectorSize"] == "4096"
    assert not found.problems
    # Where its header stands, no disk of small sectors may be seen as well.
    assert gpt_disk.measure(b"x" * 8192 + bytes(image), 8192) == len(image)
    with pytest.raises(Malformed):
        gpt_disk.measure(b"x" * 8192 + bytes(image), 8192 + large - SECTOR)


def test_a_disk_that_is_cut_off(tmp_path: Path, disk: bytes) -> None:
    found = extract(gpt_disk, disk[: 100 * SECTOR], tmp_path / "out")
    assert found.contents["2-rootfs ü.img"] == disk[96 * SECTOR : 100 * SECTOR]
    assert found.kinds == {ProblemKind.TRUNCATED, ProblemKind.MALFORMED}
    assert gpt_disk.measure(disk[: 100 * SECTOR], 0) == len(disk)


def test_partitions_that_repeat_the_disk_do_not_multiply_it(tmp_path: Path, disk: bytes) -> None:
    entry = struct.pack("<16s16sQQQ72s", b"t" * 16, b"g" * 16, 1, len(disk) // SECTOR, 0, b"")
    entries = entry * 128
    fields = list(HEADER.unpack_from(disk, SECTOR))
    fields[3], fields[-1] = 0, zlib.crc32(entries)
    header = HEADER.pack(*fields)
    header = header[:16] + struct.pack("<I", zlib.crc32(header)) + header[20:]
    damaged = disk[:SECTOR] + header.ljust(SECTOR, b"\0") + entries + disk[34 * SECTOR :]
    found = extract(gpt_disk, damaged, tmp_path / "out")
    assert sum(map(len, found.contents.values())) <= 2 * len(disk)
    assert ProblemKind.UNSUPPORTED in found.kinds


@pytest.mark.parametrize("at", [8, 16, 24, 72, 80])
def test_a_magic_by_chance_is_no_disk(disk: bytes, at: int) -> None:
    damaged = bytearray(disk[:-SECTOR])
    damaged[SECTOR + at] ^= 0x55
    with pytest.raises(Malformed):
        gpt_disk.measure(bytes(damaged), 0)
