"""VirtualBox disks, as qemu-img makes them."""

import struct
from pathlib import Path

import pytest
from tests.support.disk_images import converted, sample_disk, whole
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.vdi import vdi


@pytest.mark.parametrize("options", [(), ("-o", "static=on")], ids=["dynamic", "fixed"])
def test_the_disk_comes_out(tmp_path: Path, options: tuple[str, ...]) -> None:
    found = whole(vdi, converted("vdi", *options), tmp_path)
    assert found.metadata["type"] == ("fixed" if options else "dynamic")


def test_an_empty_disk_costs_nothing(tmp_path: Path) -> None:
    run("qemu-img", "create", "-q", "-f", "vdi", tmp_path / "x", "1T")
    found = extract(vdi, (tmp_path / "x").read_bytes(), tmp_path / "out")
    assert found.contents == {"disk.img": b""}


def test_a_block_that_lies_outside_becomes_zeros(tmp_path: Path) -> None:
    data = bytearray(converted("vdi"))
    (map_at,) = struct.unpack_from("<I", data, 340)
    struct.pack_into("<I", data, map_at, 0x00FFFFFF)
    found = extract(vdi, bytes(data), tmp_path)
    assert found.contents["disk.img"] == bytes(1 << 20) + sample_disk()[1 << 20 :]
    assert found.kinds == {ProblemKind.TRUNCATED}


def test_a_differencing_disk_misses_its_parent(tmp_path: Path) -> None:
    data = bytearray(converted("vdi"))
    struct.pack_into("<I", data, 76, 4)
    found = extract(vdi, bytes(data), tmp_path)
    assert found.metadata["type"] == "differencing"
    assert found.kinds == {ProblemKind.UNSUPPORTED}


@pytest.mark.parametrize(("at", "value"), [(68, 0xFFFFFFFF), (360, 0), (376, 0), (376, 100), (384, 1)])
def test_a_header_that_cannot_be(at: int, value: int) -> None:
    data = bytearray(converted("vdi"))
    struct.pack_into("<I", data, at, value)
    with pytest.raises(Malformed):
        vdi.measure(bytes(data), 0)
