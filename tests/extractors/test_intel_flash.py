"""Flash images with an Intel descriptor."""

import struct
from pathlib import Path

import pytest
from tests.support.pc_firmware import flash
from tests.support.trees import extract

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.intel_flash import intel_flash

BIOS, ENGINE, NETWORK, CONTROLLER = b"bios" * 3000, b"engine" * 1000, b"network" * 100, b"controller" * 900


@pytest.mark.parametrize("magic_at", [0, 16])
def test_regions_come_out_by_name(tmp_path: Path, magic_at: int) -> None:
    data = flash({2: ENGINE, 3: NETWORK, 1: BIOS, 8: CONTROLLER}, magic_at=magic_at, oem=b"made by")
    found = extract(intel_flash, data, tmp_path / "out")
    expected = {"me.bin": ENGINE, "gbe.bin": NETWORK, "bios.bin": BIOS, "ec.bin": CONTROLLER}
    assert {name: content.rstrip(b"\xff") for name, content in found.contents.items()} == expected | {
        "descriptor-oem.bin": b"made by"
    }
    facts = found.metadata
    assert facts["region.bios"] == "0x4000-0x7000"
    assert (facts["chips"], facts["chipDensity"], facts["readClock"]) == ("2", "8 MiB, 8 MiB", "17 MHz")
    assert facts["straps"] == "12345678 9abcdef0"
    assert intel_flash.measure(b"x" * 9 + data + b"behind", 9) == len(data)


def test_older_descriptors_have_fewer_regions(tmp_path: Path) -> None:
    data = flash({1: BIOS, 2: ENGINE}, newer=False)
    found = extract(intel_flash, data, tmp_path / "out")
    assert list(found.contents) == ["bios.bin", "me.bin"]
    assert found.metadata["chipDensity"] == "8 MiB, 8 MiB"


def test_data_between_regions_and_a_cut_image(tmp_path: Path) -> None:
    data = bytearray(flash({1: BIOS, 2: ENGINE}))
    struct.pack_into("<I", data, 0x44, 0x7FFF)
    found = extract(intel_flash, bytes(data), tmp_path / "out")
    assert found.contents["unused-0x00001000.bin"].rstrip(b"\xff") == BIOS
    cut = flash({1: BIOS, 2: ENGINE})[:-5000]
    assert intel_flash.measure(cut, 0) == len(cut) + 5000
    assert extract(intel_flash, cut, tmp_path / "out").kinds == {ProblemKind.TRUNCATED}


@pytest.mark.parametrize(
    ("at", "value"), [(16, 0), (0x14, 0xFF000000), (0x40, 1), (0x44, 0x00090001), (0x44, 0x7FFE0001)]
)
def test_a_magic_by_chance_is_no_descriptor(at: int, value: int) -> None:
    data = bytearray(flash({1: BIOS, 2: ENGINE}))
    struct.pack_into("<I", data, at, value)
    with pytest.raises(Malformed):
        intel_flash.measure(bytes(data), 0)
