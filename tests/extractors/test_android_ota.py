"""Android updates: full ones give partitions, incremental ones say what they need."""

import bz2
import lzma
import random
from pathlib import Path

import pytest
from tests.support.android_images import message, ota_payload
from tests.support.trees import extract

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.android_ota import android_ota
from pellucid.formats import protobuf

BLOCK = 4096
NOISE = random.Random(3).randbytes(4 * BLOCK)
TEXT = b"the same again " * 2000
TEXT = TEXT[: 5 * BLOCK]
BOOT = NOISE[: 2 * BLOCK] + bytes(3 * BLOCK) + TEXT + NOISE[2 * BLOCK :]
OPERATIONS = [
    (8, 5, 5, lzma.compress(TEXT)),
    (0, 0, 2, NOISE[: 2 * BLOCK]),
    (6, 2, 3, b""),
    (1, 10, 2, bz2.compress(NOISE[2 * BLOCK :])),
]


def test_the_partitions_of_a_full_update(tmp_path: Path) -> None:
    alone = lzma.compress(TEXT, lzma.FORMAT_ALONE)
    data = ota_payload({"boot": (OPERATIONS, BOOT), "vendor": ([(8, 0, 5, alone)], TEXT[:-100])})
    assert android_ota.measure(b"x" * 7 + data + b"behind", 7) == len(data)
    found = extract(android_ota, data, tmp_path)
    assert found.contents == {"boot.img": BOOT, "vendor.img": TEXT[:-100]}
    assert not found.problems
    assert found.metadata["patchLevel"] == "2024-05-05"
    assert found.metadata["partition.boot"].startswith(f"size {len(BOOT)} sha256 ")
    assert found.entries[0].facts == {"version": "1.5"}


def test_an_incremental_update_says_what_it_needs(tmp_path: Path) -> None:
    data = ota_payload({"system": ([(4, 0, 1, b""), (5, 1, 1, b"patch")], b""), "boot": (OPERATIONS, BOOT)})
    found = extract(android_ota, data, tmp_path)
    assert set(found.contents) == {"boot.img"}
    assert found.kinds == {ProblemKind.UNSUPPORTED}
    assert "system: SOURCE_BSDIFF, SOURCE_COPY need" in found.problems[0][1]


def test_damage_is_told(tmp_path: Path) -> None:
    data = bytearray(ota_payload({"boot": (OPERATIONS, BOOT)}))
    data[bytes(data).index(NOISE[:64])] ^= 1
    found = extract(android_ota, bytes(data), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "boot.img: the SHA-256 of the partition differs")]
    assert len(found.contents["boot.img"]) == len(BOOT)
    overlapping = ota_payload({"boot": ([(6, 0, 4, b""), (6, 2, 4, b"")], BOOT)})
    assert extract(android_ota, overlapping, tmp_path).kinds == {ProblemKind.MALFORMED}
    cut = bytes(data[:-1000])
    assert android_ota.measure(cut, 0) == len(data)
    assert extract(android_ota, cut, tmp_path).problems


def test_what_a_device_computes_is_left_out(tmp_path: Path) -> None:
    update = message((1, b"v"), (7, message((1, BLOCK), (2, bytes(32)))), (11, message((1, 0), (2, 1))))
    manifest = message((3, BLOCK), (13, update))
    data = b"CrAU" + (2).to_bytes(8, "big") + len(manifest).to_bytes(8, "big") + bytes(4) + manifest
    found = extract(android_ota, data, tmp_path)
    assert found.contents == {"v.img": bytes(BLOCK)}
    assert "verity" in found.entries[0].facts
    assert not found.problems


@pytest.mark.parametrize(("at", "value"), [(11, 1), (11, 3), (12, 1), (19, 0), (24, 0xFF)])
def test_no_payload_by_chance(at: int, value: int) -> None:
    data = bytearray(ota_payload({"boot": (OPERATIONS, BOOT)}))
    data[at] = value
    with pytest.raises(Malformed):
        android_ota.measure(bytes(data), 0)


@pytest.mark.parametrize("data", [b"\x08", b"\x0a\x05ab", b"\x00\x01", b"\x0b", b"\x08" + b"\xff" * 11, b"\x09\1\2"])
def test_broken_messages(data: bytes) -> None:
    with pytest.raises(Malformed):
        protobuf.read(data)


def test_messages() -> None:
    read = protobuf.read(message((1, 300), (1, 7), (2, b"text")) + b"\x1d\1\0\0\0" + b"\x21" + bytes(8))
    assert (read.number(1), read.text(2), read.number(3), read.number(4, 5), read.number(9, 5)) == (7, "text", 1, 0, 5)
