"""The fuzzer: every reader is a target, inputs survive their packing, and what is wrong is seen and kept."""

import random
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from scripts import fuzz
from scripts.fuzz_checksums import Agreeing, Checksums
from scripts.fuzz_inputs import SECTOR, Packing, edited, grown
from scripts.fuzz_readers import targets
from scripts.fuzz_target import Watch
from tests.support.small_inputs import small_inputs

from pellucid.errors import Malformed
from pellucid.extractors import EXTRACTORS

DISK = bytes(100 * SECTOR) + b"a" * SECTOR + bytes(200 * SECTOR) + b"b" * SECTOR


class Checked(Checksums):
    """Checksums that are left alone: those of the test's process are those of all its tests."""

    def __init__(self) -> None:
        self.agreeing = False


def test_every_extractor_is_a_target_and_reads_its_seed(tmp_path: Path) -> None:
    found = {target.name: target for target in targets(small_inputs(), tmp_path)}
    assert {unit.name for unit in EXTRACTORS} < set(found)
    for target in found.values():
        target.read(target.seed)
    found["gzip"].carve(b"noise" + found["gzip"].seed)


def test_a_large_seed_is_kept_without_its_empty_sectors() -> None:
    packing = Packing(DISK)
    packed = packing.pack(DISK)
    assert packed == b"a" * SECTOR + b"b" * SECTOR
    assert packing.unpack(packed) == DISK
    assert packing.unpack(packed + b"more") == DISK + b"more"
    assert packing.unpack(b"c" * 100) == bytes(100 * SECTOR) + b"c" * 100


def test_edits_and_growth_keep_to_their_sizes() -> None:
    noise = random.Random(1)
    seed = bytes(range(100))
    changed = [edited(seed, noise) for _ in range(200)]
    assert {len(data) for data in changed} == {100}
    assert len(set(changed)) > 150
    large = [data for _, data in zip(range(30), grown([seed], b"magic", 50_000, noise), strict=False)]
    assert all(len(data) < 150_000 for data in large)
    assert any(len(data) > 50_000 for data in large)


def test_a_checksum_that_agrees() -> None:
    checksum = Agreeing(zlib.crc32(b"x"))
    assert checksum ^ 0xFFFFFFFF == 5
    assert not checksum & 0xFF
    assert checksum == 7
    assert (checksum, 1) == (9, 1)
    assert not checksum != 3  # noqa: SIM202 (both operators are asked)


def test_what_must_not_happen_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.fuzz_target.MOST_SECONDS", 0.05)

    def read(data: bytes) -> None:
        while data == b"slow":
            pass
        if data == b"expected":
            raise Malformed
        raise KeyError

    target = replace(targets(small_inputs(), tmp_path)[0], name="some", read=read)
    watch = Watch(target, Checked(), tmp_path, tmp_path / "findings")
    assert watch.run(b"expected") is None
    assert isinstance(watch.run(b"longer input"), KeyError)
    assert isinstance(watch.run(b"input"), KeyError)
    assert watch.run(b"slow") is not None
    kept = sorted((tmp_path / "findings").glob("*.bin"))
    assert [file.read_bytes() for file in kept] == [b"input", b"slow"]
    assert "--input" in kept[0].with_suffix(".txt").read_text()


def test_the_table_is_aligned() -> None:
    lines = fuzz.table([fuzz.Row("a", 1000, 2.0, 10, 20, 0.5, 1), fuzz.Row("longer", 5, 1.0)]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[1].split() == ["a", "1,000", "500", "10", "20", "500", "1"]
    assert lines[-1].split() == ["all", "1,005", "335", "10", "20", "500", "1"]


def test_checksums_agree_in_a_process_of_their_own() -> None:
    program = (
        "from scripts.fuzz_checksums import Checksums; c = Checksums(); c.install(); c.agreeing = True;"
        "from pellucid.formats import uimage; import struct;"
        "print(uimage.read(struct.pack('>7I4B32s', 0x27051956, 1, 2, 3, 4, 5, 6, 5, 2, 2, 0, b'x') + bytes(99)).size)"
    )
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert answer.stdout == "3\n"
