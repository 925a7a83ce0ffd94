"""VMDK disks, as qemu-img makes them."""

import struct
import tracemalloc
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest
from tests.support.disk_images import converted, sample_disk, whole
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.vmdk import vmdk
from pellucid.formats import vmdk as disks


@pytest.mark.parametrize("kind", ["monolithicSparse", "streamOptimized"])
def test_the_disk_comes_out(tmp_path: Path, kind: str) -> None:
    found = whole(vmdk, converted("vmdk", "-o", f"subformat={kind}"), tmp_path)
    assert found.metadata["createType"] == kind


def test_grains_that_are_marked_as_zero(tmp_path: Path) -> None:
    image = tmp_path / "x"
    run("qemu-img", "create", "-q", "-f", "vmdk", "-o", "zeroed_grain=on", image, "1M")
    run("qemu-io", "-c", "write -P 7 0 192k", "-c", "write -z 64k 64k", image)
    expected = (b"\7" * 65536 + bytes(65536) + b"\7" * 65536).ljust(1 << 20, b"\0")
    assert extract(vmdk, image.read_bytes(), tmp_path / "out").contents["disk.img"] == expected


def test_a_stream_that_is_cut_off_gives_what_is_there(tmp_path: Path) -> None:
    data = converted("vmdk", "-o", "subformat=streamOptimized")
    found = extract(vmdk, data[: 150 << 10], tmp_path)
    whole = found.contents["disk.img"]
    assert whole[:65536] == sample_disk()[:65536]
    assert found.kinds == {ProblemKind.TRUNCATED}


def test_extents_in_other_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(sample_disk())
    options = ("-o", "subformat=twoGbMaxExtentSparse")
    run("qemu-img", "convert", "-f", "raw", "-O", "vmdk", *options, tmp_path / "raw", tmp_path / "split.vmdk")
    found = extract(vmdk, (tmp_path / "split.vmdk").read_bytes(), tmp_path / "out")
    assert not found.contents
    assert found.refused == "its content lies in other files: split-s001.vmdk"
    assert found.metadata["createType"] == "twoGbMaxExtentSparse"
    part = extract(vmdk, (tmp_path / "split-s001.vmdk").read_bytes(), tmp_path / "out")
    assert part.contents == {"disk.img": sample_disk()}


def test_the_parent_of_a_snapshot_is_missed(tmp_path: Path) -> None:
    (tmp_path / "base.vmdk").write_bytes(converted("vmdk"))
    image = tmp_path / "x"
    run("qemu-img", "create", "-q", "-f", "vmdk", "-b", tmp_path / "base.vmdk", "-F", "vmdk", image)
    run("qemu-io", "-c", "write -P 7 64k 64k", image)
    found = extract(vmdk, image.read_bytes(), tmp_path / "out")
    assert b"\7" * 65536 in found.contents["disk.img"]
    assert found.kinds == {ProblemKind.UNSUPPORTED}
    assert "base.vmdk" in found.problems[0][1]


def test_a_damaged_grain_costs_only_itself(tmp_path: Path) -> None:
    data = bytearray(converted("vmdk", "-o", "subformat=streamOptimized"))
    (first,) = struct.unpack_from("<Q", data, 64)
    while not struct.unpack_from("<I", data, first * 512 + 8)[0]:
        first += 1
    data[first * 512 + 12] = 0
    found = extract(vmdk, bytes(data), tmp_path)
    assert found.contents["disk.img"] == bytes(65536) + sample_disk()[65536:]
    assert found.kinds == {ProblemKind.MALFORMED}


@pytest.mark.parametrize(("at", "value"), [(4, 9), (20, 0), (20, 3), (44, 0), (16, 0xFFFFFFFF)])
def test_a_header_that_cannot_be(at: int, value: int) -> None:
    data = bytearray(converted("vmdk"))
    struct.pack_into("<I", data, at, value)
    with pytest.raises(Malformed):
        vmdk.measure(bytes(data), 0)


def test_a_large_disk_is_not_read_into_memory(tmp_path: Path) -> None:
    image = tmp_path / "x.vmdk"
    image.write_bytes(converted("vmdk"))
    with image.open("r+b") as file:
        file.truncate(1 << 30)
        with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            tracemalloc.start()
            assert disks.read(data).size == len(sample_disk())
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert most < 8 << 20
