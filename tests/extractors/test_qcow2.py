"""qcow2 disks, as qemu-img makes them."""

import struct
from pathlib import Path

import pytest
from tests.support.disk_images import converted, sample_disk, whole
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.qcow2 import qcow2

VARIANTS = [
    (),
    ("-o", "compat=0.10"),
    ("-o", "cluster_size=512"),
    ("-o", "cluster_size=2M"),
    ("-o", "extended_l2=on,cluster_size=32k"),
    ("-c",),
    ("-c", "-o", "compat=0.10"),
    ("-c", "-o", "compression_type=zstd"),
    ("-c", "-o", "cluster_size=4k"),
    ("-o", "preallocation=metadata"),
]


@pytest.mark.parametrize("options", VARIANTS, ids=" ".join)
def test_the_disk_comes_out(tmp_path: Path, options: tuple[str, ...]) -> None:
    whole(qcow2, converted("qcow2", *options), tmp_path)


def test_subclusters_written_alone(tmp_path: Path) -> None:
    image = tmp_path / "x"
    run("qemu-img", "create", "-q", "-f", "qcow2", "-o", "extended_l2=on,cluster_size=64k", image, "1M")
    run("qemu-io", "-c", "write -P 7 70k 2k", "-c", "write -P 9 127k 3k", "-c", "write -z 72k 2k", image)
    expected = bytearray(1 << 20)
    expected[70 << 10 : 72 << 10] = b"\7" * 2048
    expected[127 << 10 : 130 << 10] = b"\x09" * 3072
    assert extract(qcow2, image.read_bytes(), tmp_path / "out").contents["disk.img"] == expected


def test_an_empty_disk_of_terabytes_costs_nothing(tmp_path: Path) -> None:
    run("qemu-img", "create", "-q", "-f", "qcow2", tmp_path / "x", "10T")
    found = extract(qcow2, (tmp_path / "x").read_bytes(), tmp_path / "out")
    assert found.contents == {"disk.img": b""}
    assert found.metadata["virtualSize"] == str(10 << 40)
    run("qemu-io", "-c", "write -P 7 100k 64k", tmp_path / "x")
    found = extract(qcow2, (tmp_path / "x").read_bytes(), tmp_path / "out")
    assert len(found.contents["disk.img"]) == 192 << 10


def test_snapshots_are_named(tmp_path: Path) -> None:
    image = tmp_path / "x"
    image.write_bytes(converted("qcow2"))
    run("qemu-img", "snapshot", "-c", "before the update", image)
    run("qemu-io", "-c", "write -P 7 0 64k", image)
    run("qemu-img", "snapshot", "-c", "after", image)
    found = extract(qcow2, image.read_bytes(), tmp_path / "out")
    assert (found.metadata["snapshot1"], found.metadata["snapshot2"]) == ("before the update", "after")
    assert found.contents["disk.img"] == b"\7" * 65536 + sample_disk()[65536:]


def test_a_backing_file_is_missed(tmp_path: Path) -> None:
    (tmp_path / "base.qcow2").write_bytes(converted("qcow2"))
    image = tmp_path / "x"
    run("qemu-img", "create", "-q", "-f", "qcow2", "-b", tmp_path / "base.qcow2", "-F", "qcow2", image)
    run("qemu-io", "-c", "write -P 7 64k 64k", image)
    found = extract(qcow2, image.read_bytes(), tmp_path / "out")
    assert found.contents["disk.img"][: 128 << 10] == bytes(65536) + b"\7" * 65536
    assert found.kinds == {ProblemKind.UNSUPPORTED}
    assert "base.qcow2" in found.problems[0][1]


def test_an_encrypted_disk_is_called_so(tmp_path: Path) -> None:
    # With its own LUKS, qemu-img measures the processor first, and gives up on a busy machine.
    run("qemu-img", "create", "-q", "-f", "qcow2", tmp_path / "x", "1M")
    made = (tmp_path / "x").read_bytes()
    data = made[:32] + (2).to_bytes(4, "big") + made[36:]
    assert qcow2.measure(data, 0) == len(data)
    found = extract(qcow2, data, tmp_path / "out")
    assert "encrypted" in found.refused
    assert not found.contents


def test_a_damaged_cluster_costs_only_itself(tmp_path: Path) -> None:
    data = bytearray(converted("qcow2", "-c"))
    l1 = int.from_bytes(data[40:48], "big")
    l2 = int.from_bytes(data[l1 : l1 + 8], "big") & 0x00FFFFFFFFFFFE00
    entries = struct.unpack_from(">80Q", data, l2)
    number = next(number for number, entry in enumerate(entries) if entry >> 62 & 1)
    # Two bits of the first byte of deflate name a kind of block that there is not.
    data[entries[number] & (1 << 54) - 1] |= 6
    found = extract(qcow2, bytes(data), tmp_path)
    expected = bytearray(sample_disk())
    expected[number << 16 : number + 1 << 16] = bytes(65536)
    assert found.contents["disk.img"] == expected
    assert found.kinds == {ProblemKind.MALFORMED}


def test_a_cut_disk_keeps_what_is_there(tmp_path: Path) -> None:
    data = converted("qcow2")
    found = extract(qcow2, data[: len(data) - 70_000], tmp_path)
    assert found.contents["disk.img"][:1_000_000] == sample_disk()[:1_000_000]
    assert found.kinds == {ProblemKind.TRUNCATED}


def test_tables_that_name_one_table_again_and_again_end(tmp_path: Path) -> None:
    run("qemu-img", "create", "-q", "-f", "qcow2", tmp_path / "x", "1T")
    data = bytearray((tmp_path / "x").read_bytes())
    l1 = int.from_bytes(data[40:48], "big")
    data += bytes(-len(data) % 65536)
    table = len(data)
    data[l1 : l1 + 2048 * 8] = struct.pack(">Q", table) * 2048
    data += struct.pack(">QQ", 1, table | 1) * 4096
    found = extract(qcow2, bytes(data), tmp_path / "out")
    message = "a table of clusters stands in more than one place (2047 places cannot be read)"
    assert found.problems == [(ProblemKind.MALFORMED, f"disk.img: {message}")]


@pytest.mark.parametrize(("at", "value"), [(4, 9), (20, 99), (36, 0), (24, 0xFF)])
def test_a_header_that_cannot_be(at: int, value: int) -> None:
    data = bytearray(converted("qcow2"))
    data[at : at + 4] = bytes(3) + bytes([value]) if at in (4, 20, 36) else bytes([value] * 4)
    with pytest.raises(Malformed):
        qcow2.measure(bytes(data), 0)
