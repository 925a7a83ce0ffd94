"""VHDX disks, as qemu-img makes them."""

from pathlib import Path

import pytest
from tests.support.disk_images import MIB, converted, sample_disk, whole
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.vhdx import vhdx
from pellucid.formats import vhdx as disks


@pytest.mark.parametrize("kind", ["dynamic", "fixed"])
def test_the_disk_comes_out(tmp_path: Path, kind: str) -> None:
    found = whole(vhdx, converted("vhdx", "-o", f"subformat={kind},block_size=1M"), tmp_path)
    assert found.metadata["creator"].startswith("QEMU")


def test_an_empty_disk_costs_nothing(tmp_path: Path) -> None:
    run("qemu-img", "create", "-q", "-f", "vhdx", tmp_path / "x", "60G")
    found = extract(vhdx, (tmp_path / "x").read_bytes(), tmp_path / "out")
    assert found.contents == {"disk.img": b""}


def test_entries_of_bitmaps_are_left_out(tmp_path: Path) -> None:
    image = tmp_path / "x"
    run("qemu-img", "create", "-q", "-f", "vhdx", "-o", "block_size=256M", image, "10G")
    run("qemu-io", "-c", "write -P 7 9G 64k", image)
    data = image.read_bytes()
    disk = disks.read(data)
    (block,) = list(disks.blocks(data, disk))
    assert block[0] == 9 << 30
    assert data[block[1] : block[1] + 65536] == b"\7" * 65536


def test_a_disk_that_was_not_closed_says_so(tmp_path: Path) -> None:
    data = bytearray(converted("vhdx", "-o", "block_size=1M"))
    at = max(disks.HEADERS_AT, key=lambda at: data[at + 8 : at + 16][::-1])
    data[at + 48 : at + 64] = b"l" * 16
    found = extract(vhdx, bytes(data), tmp_path)
    assert found.contents == {"disk.img": sample_disk()}
    assert found.kinds == {ProblemKind.UNSUPPORTED}


def test_the_second_table_of_regions_is_used(tmp_path: Path) -> None:
    data = bytearray(converted("vhdx", "-o", "block_size=1M"))
    data[disks.REGIONS_AT[0]] = 0
    assert extract(vhdx, bytes(data), tmp_path).contents == {"disk.img": sample_disk()}
    data[disks.REGIONS_AT[1]] = 0
    with pytest.raises(Malformed):
        vhdx.measure(bytes(data), 0)


def test_a_cut_disk_keeps_what_is_there(tmp_path: Path) -> None:
    data = converted("vhdx", "-o", "block_size=1M")
    found = extract(vhdx, data[: len(data) - MIB], tmp_path)
    assert found.contents["disk.img"][:MIB] == sample_disk()[:MIB]
    assert found.kinds == {ProblemKind.TRUNCATED}
