"""Device trees and tables of them: what dtc makes of sources, and damage."""

import struct
from pathlib import Path

import pytest
from tests.support.kernels import device_tree
from tests.support.small_boot import small_fit, table_of_trees
from tests.support.trees import extract

from pellucid.errors import Malformed
from pellucid.extractors.dtb import dtb
from pellucid.extractors.dtbo import dtbo

BOARD = """/ {
    model = "Sample Board"; compatible = "acme,board", "acme,soc"; serial-number = "0042";
    chosen { bootargs = "console=ttyS0 root=/dev/mtdblock2"; stdout-path = "serial0:115200n8"; };
    flash@0 {
        partitions {
            compatible = "fixed-partitions"; #address-cells = <1>; #size-cells = <1>;
            partition@0 { label = "u-boot"; reg = <0x0 0x20000>; read-only; };
            partition@20000 { label = "firmware"; reg = <0x20000 0x7d0000>; };
        };
    };
    old@1 { #address-cells = <2>; #size-cells = <1>; partition@1 { reg = <0x1 0x0 0x1000>; }; };
};"""


def test_facts_of_a_board(tmp_path: Path) -> None:
    data = device_tree(BOARD)
    assert dtb.measure(b"xyz" + data + b"behind", 3) == len(data)
    found = extract(dtb, data, tmp_path)
    assert not found.contents
    assert not found.problems
    assert found.metadata == {
        "model": "Sample Board",
        "compatible": "acme,board acme,soc",
        "serialNumber": "0042",
        "bootargs": "console=ttyS0 root=/dev/mtdblock2",
        "stdoutPath": "serial0:115200n8",
        "partition.u-boot": "offset 0x0 size 0x20000 read-only",
        "partition.firmware": "offset 0x20000 size 0x7d0000",
        "partition.partition@1": "offset 0x100000000 size 0x1000",
    }


@pytest.mark.parametrize("cut", [30, 100, -8])
def test_damaged_trees_are_none(cut: int) -> None:
    with pytest.raises(Malformed):
        dtb.measure(device_tree(BOARD)[:cut], 0)


def test_a_fit_image_is_no_plain_tree() -> None:
    with pytest.raises(Malformed):
        dtb.measure(small_fit(), 0)


@pytest.mark.parametrize("version", [0, 1])
def test_trees_of_a_table(tmp_path: Path, version: int) -> None:
    trees = [device_tree(f'/ {{ model = "{name}"; }};') for name in ("one", "two")]
    data = table_of_trees(trees, version)
    assert dtbo.measure(b"x" + data + b"behind", 1) == len(data)
    found = extract(dtbo, data, tmp_path)
    assert found.contents == {"000.dtb": trees[0], "001.dtb": trees[1]}
    assert found.metadata["entry.2"].startswith("id=0x12 revision=0x3")
    assert [entry.facts["id"] for entry in found.entries] == ["0x10", "0x11"]
    assert found.entries[0].facts.get("compression") == ("none" if version else None)


@pytest.mark.parametrize(
    ("at", "value"), [(8, 31), (12, 33), (16, 0), (16, 5000), (20, 8), (24, 3), (28, 2), (32, 99999)]
)
def test_impossible_tables(at: int, value: int) -> None:
    data = bytearray(table_of_trees([device_tree()], 0))
    struct.pack_into(">I", data, at, value)
    with pytest.raises(Malformed):
        dtbo.measure(bytes(data), 0)
