"""FAT12, FAT16, FAT32 with long names, as mkfs.vfat and mtools make them."""

import struct
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.fat import fat
from pellucid.formats import fat as volumes

SIZES = {12: 8 << 20, 16: 24 << 20, 32: 48 << 20}


def made(folder: Path, bits: int) -> tuple[bytes, dict[str, bytes]]:
    image = folder / "x.img"
    with image.open("wb") as file:
        file.truncate(SIZES[bits])
    run("mkfs.vfat", "-F", str(bits), "-n", "SAMPLE", *(("-s", "1") if bits == 32 else ()), image)
    source = folder / "source"
    files = {
        "EFI/BOOT/BOOTX64.EFI": bytes(range(256)) * 1500,
        "EFI/a rather long name, with späces.txt": b"long",
        "lower.txt": b"case is kept by Windows NT's flags",
        "MixedCase.Conf": b"mixed",
        "empty": b"",
        "no_extension": b"x" * 4097,
        "twelve.12x": b"y" * 100_000,
        **{f"many/file number {number}": b"%d" % number for number in range(200)},
    }
    for name, content in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    run("env", "LC_ALL=C.UTF-8", "mcopy", "-s", "-i", image, *sorted(source.iterdir()), "::")
    return image.read_bytes(), files


@pytest.mark.parametrize("bits", SIZES)
def test_everything_comes_out(tmp_path: Path, bits: int) -> None:
    data, files = made(tmp_path, bits)
    found = extract(fat, data, tmp_path / "out")
    assert found.contents == files
    assert {entry.name for entry in found.entries} - set(files) == {"EFI", "EFI/BOOT", "many"}
    assert not found.problems
    assert found.metadata["type"] == f"FAT{bits}"
    assert found.metadata["label"] == "SAMPLE"
    assert all((entry.mtime or 0) > trees.EPOCH for entry in found.entries)
    assert fat.measure(b"x" * 64 + data + b"behind", 64) == len(data)
    assert any(data[item.at : item.at + len(item.literal)] == item.literal for item in fat.signatures)


def test_deleted_files_stay_deleted(tmp_path: Path) -> None:
    _, files = made(tmp_path, 12)
    run("mdel", "-i", tmp_path / "x.img", "::lower.txt", "::MixedCase.Conf")
    found = extract(fat, (tmp_path / "x.img").read_bytes(), tmp_path / "out")
    assert set(files) - set(found.contents) == {"lower.txt", "MixedCase.Conf"}


@pytest.mark.parametrize("bits", SIZES)
def test_a_chain_in_circles_ends(tmp_path: Path, bits: int) -> None:
    data, files = made(tmp_path, bits)
    volume = volumes.read(data)
    damaged = bytearray(data)
    entry = data.index(b"TWELVE  12X")
    first = int.from_bytes(data[entry + 26 : entry + 28], "little")
    damaged[entry + 28 : entry + 32] = b"\xff\xff\xff\x7f"
    # The second cluster of the file is followed by its first one.
    at = (first + 1) * bits // 8
    if bits == 12:
        pair = int.from_bytes(data[volume.table_at + at : volume.table_at + at + 2], "little")
        odd = (first + 1) & 1
        pair = pair & 0x00F | first << 4 if odd else pair & 0xF000 | first
        struct.pack_into("<H", damaged, volume.table_at + at, pair)
    else:
        struct.pack_into("<H" if bits == 16 else "<I", damaged, volume.table_at + at, first)
    found = extract(fat, bytes(damaged), tmp_path / "out")
    assert found.problems == [(ProblemKind.MALFORMED, "twelve.12x: a chain of clusters goes round in circles")]
    assert len(found.contents["twelve.12x"]) <= volume.length
    assert set(found.contents) == set(files)


def test_a_cut_volume_keeps_what_is_there(tmp_path: Path) -> None:
    data, files = made(tmp_path, 16)
    volume = volumes.read(data)
    cut = data[: volume.data_at + 40 * volume.cluster]
    assert fat.measure(cut, 0) == len(data)
    found = extract(fat, cut, tmp_path / "out")
    assert ProblemKind.TRUNCATED in found.kinds
    assert all(files[name].startswith(content) for name, content in found.contents.items())


def test_a_folder_that_is_its_own_child_is_read_once(tmp_path: Path) -> None:
    data, _ = made(tmp_path, 16)
    volume = volumes.read(data)
    at = data.index(b"BOOT       \x10")
    efi = data.index(b"EFI        \x10")
    damaged = bytearray(data)
    damaged[at + 26 : at + 28] = data[efi + 26 : efi + 28]
    found = extract(fat, bytes(damaged), tmp_path / "out")
    assert volume.bits == 16
    assert [message for _, message in found.problems] == ["EFI/BOOT: a folder stands in more than one place"]


@pytest.mark.parametrize(("at", "value"), [(0, 0), (11, 7), (13, 3), (14, 0), (16, 0), (510, 0), (21, 1)])
def test_a_text_by_chance_is_no_fat(tmp_path: Path, at: int, value: int) -> None:
    image = tmp_path / "x.img"
    with image.open("wb") as file:
        file.truncate(SIZES[12])
    run("mkfs.vfat", "-F", "12", image)
    data = bytearray(image.read_bytes())
    data[at : at + 2] = bytes([value, data[at + 1] if at in (13, 16, 21) else 0])
    with pytest.raises(Malformed):
        fat.measure(bytes(data), 0)
