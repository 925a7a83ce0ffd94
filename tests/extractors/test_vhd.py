"""VHD disks, as qemu-img makes them."""

import struct
from pathlib import Path

import pytest
from tests.support.disk_images import converted, sample_disk
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.vhd import vhd

EXACT = ("-o", "force_size=on")


def test_the_disk_comes_out(tmp_path: Path) -> None:
    data = converted("vpc", *EXACT)
    found = extract(vhd, data, tmp_path)
    assert found.contents == {"disk.img": sample_disk()}
    assert found.metadata["virtualSize"] == str(len(sample_disk()))
    assert found.metadata["creator"] == "qem2"
    assert int(found.metadata["created"]) > 1_700_000_000
    assert not found.problems
    assert vhd.measure(data, 0) == len(data)


def test_an_empty_disk_costs_nothing(tmp_path: Path) -> None:
    run("qemu-img", "create", "-q", "-f", "vpc", *EXACT, tmp_path / "x", "1T")
    found = extract(vhd, (tmp_path / "x").read_bytes(), tmp_path / "out")
    assert found.contents == {"disk.img": b""}


def test_a_fixed_disk_is_no_business_of_this_reader() -> None:
    data = converted("vpc", "-o", "subformat=fixed,force_size=on")
    assert data[: len(sample_disk())] == sample_disk()
    with pytest.raises(Malformed):
        vhd.measure(data[-512:], 0)


def test_a_differencing_disk_misses_its_parent(tmp_path: Path) -> None:
    data = bytearray(converted("vpc", *EXACT))
    data[63] = 4
    data[64:68] = struct.pack(">I", struct.unpack_from(">I", data, 64)[0] - 1)
    found = extract(vhd, bytes(data), tmp_path)
    assert found.kinds == {ProblemKind.UNSUPPORTED}


def test_a_cut_disk_keeps_what_is_there(tmp_path: Path) -> None:
    data = converted("vpc", *EXACT)
    found = extract(vhd, data[:300_000], tmp_path)
    assert found.contents["disk.img"][:200_000] == sample_disk()[:200_000]
    assert found.kinds == {ProblemKind.TRUNCATED}


@pytest.mark.parametrize("at", [40, 63, 66, 512, 512 + 28, 512 + 33])
def test_wrong_checksums_are_no_disk(at: int) -> None:
    data = bytearray(converted("vpc", *EXACT))
    data[at] ^= 0x40
    with pytest.raises(Malformed):
        vhd.measure(bytes(data), 0)
