"""TRX images of both versions, as the boot loader checks them."""

from pathlib import Path

import pytest
from tests.support.small_boot import trx_image
from tests.support.trees import extract

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.trx import trx

PARTS = [b"loader" * 20, b"kernel" * 300, b"root" * 5000]


@pytest.mark.parametrize(("version", "count"), [(1, 1), (1, 2), (1, 3), (2, 3)])
def test_partitions_come_out(tmp_path: Path, version: int, count: int) -> None:
    data = trx_image(PARTS[:count], version)
    assert trx.measure(b"x" * 32 + data + b"behind", 32) == len(data)
    found = extract(trx, data + bytes(100), tmp_path)
    assert [content.rstrip(b"\0") for content in found.contents.values()] == PARTS[:count]
    assert list(found.contents) == [f"partition-{number}" for number in range(count)]
    assert found.metadata["version"] == str(version)
    assert not found.problems


def test_a_wrong_checksum_is_told(tmp_path: Path) -> None:
    data = bytearray(trx_image(PARTS))
    data[-1] ^= 1
    found = extract(trx, bytes(data), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "the checksum of the image differs")]
    assert len(found.contents) == 3


def test_a_cut_image_keeps_what_is_there(tmp_path: Path) -> None:
    data = trx_image(PARTS)
    assert trx.measure(data[:3000], 0) == len(data)
    found = extract(trx, data[:3000], tmp_path)
    assert found.kinds == {ProblemKind.TRUNCATED}
    assert found.contents["partition-0"].startswith(PARTS[0])


@pytest.mark.parametrize(("at", "value"), [(4, b"\x10\0\0\0"), (14, b"\3"), (16, b"\4\0\0\0"), (20, b"\xff\xff\xff")])
def test_a_magic_by_chance_is_no_image(at: int, value: bytes) -> None:
    data = bytearray(trx_image(PARTS))
    data[at : at + len(value)] = value
    with pytest.raises(Malformed):
        trx.measure(bytes(data), 0)
