"""Expansion ROMs of PCI cards."""

from pathlib import Path

import pytest
from tests.support import tiano_encoder
from tests.support import uefi_images as uefi
from tests.support.trees import extract

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.option_rom import option_rom

PROGRAM = b"MZ" + b"a driver for a card, " * 90
LEGACY = uefi.option_rom(0, b"code for a BIOS" * 40, last=False)


def test_images_for_a_bios_and_for_efi(tmp_path: Path) -> None:
    packed = tiano_encoder.encode(PROGRAM, tiano_encoder.EFI)
    data = LEGACY + uefi.option_rom(3, packed, compressed=1)
    found = extract(option_rom, data, tmp_path / "out")
    assert found.contents == {"image-0-x86.rom": LEGACY, "image-1.efi": PROGRAM}
    legacy, program = found.entries
    expected = {"codeType": "x86", "vendorId": "0x8086", "deviceId": "0x100e", "classCode": "0x020000"}
    assert legacy.facts == expected | {"codeRevision": "1"}
    assert program.facts["machine"] == "x86_64"
    assert program.facts["compression"] == "efi"
    assert found.metadata["images"] == "2"
    assert not found.problems
    assert option_rom.measure(b"x" * 7 + data + b"behind", 7) == len(data)


def test_a_program_that_is_not_compressed(tmp_path: Path) -> None:
    found = extract(option_rom, uefi.option_rom(3, PROGRAM), tmp_path / "out")
    assert found.contents["image-0.efi"].rstrip(b"\0") == PROGRAM


def test_a_single_image_for_a_bios_is_a_leaf(tmp_path: Path) -> None:
    found = extract(option_rom, uefi.option_rom(0, b"code"), tmp_path / "out")
    assert not found.entries
    assert found.metadata["deviceId"] == "0x100e"
    # The last image of a chain that was cut out on its own is one, too.
    assert option_rom.measure(LEGACY, 0) == len(LEGACY)


def test_damage_leaves_the_other_images(tmp_path: Path) -> None:
    broken = uefi.option_rom(3, b"\xff" * 60, compressed=1)
    found = extract(option_rom, LEGACY + broken, tmp_path / "out")
    assert found.contents == {"image-0-x86.rom": LEGACY, "image-1-efi.rom": broken}
    assert len(found.problems) == 1
    found = extract(option_rom, LEGACY[:400], tmp_path / "out")
    assert found.kinds <= {ProblemKind.TRUNCATED}


@pytest.mark.parametrize("at", [0, 1, 24, 28, 44])
def test_a_magic_by_chance_is_no_rom(at: int) -> None:
    data = bytearray(LEGACY)
    data[at : at + 2] = b"\0\0"
    with pytest.raises(Malformed):
        option_rom.measure(bytes(data), 0)
