"""Microcode updates of Intel processors."""

from pathlib import Path

import pytest
from tests.support.pc_firmware import microcode
from tests.support.trees import extract

from pellucid.errors import Malformed
from pellucid.extractors.intel_microcode import intel_microcode

ONE, TWO = microcode(0x906EA, 0xF4, further=(0x906EB, 0x906EC)), microcode(0x806EC, 0xF0, size=3000)


def test_updates_come_out_one_by_one(tmp_path: Path) -> None:
    data = ONE + b"\xff" * 100 + TWO
    found = extract(intel_microcode, data, tmp_path / "out")
    assert found.contents == {
        "000-cpu-000906ea-revision-000000f4.bin": ONE,
        "001-cpu-000806ec-revision-000000f0.bin": TWO,
    }
    assert found.entries[0].facts == {
        "cpuSignature": "0x000906ea",
        "processorFlags": "0x02",
        "revision": "0x000000f4",
        "date": "2022-02-02",
        "furtherProcessors": "0x000906eb, 0x000906ec",
    }
    assert intel_microcode.measure(data + b"\xff" * 4096 + b"behind", 0) == len(data)


def test_a_single_update_is_a_leaf_with_facts(tmp_path: Path) -> None:
    found = extract(intel_microcode, TWO, tmp_path / "out")
    assert not found.entries
    assert (found.metadata["cpuSignature"], found.metadata["date"]) == ("0x000806ec", "2022-02-02")


@pytest.mark.parametrize("at", [0, 8, 10, 12, 20, 25, 28, 33, 100])
def test_what_only_looks_like_microcode_is_refused(at: int) -> None:
    data = bytearray(ONE)
    data[at] ^= 0x41
    with pytest.raises(Malformed):
        intel_microcode.measure(bytes(data), 0)
    with pytest.raises(Malformed):
        intel_microcode.measure(ONE[:-1], 0)
