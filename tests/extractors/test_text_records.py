"""Intel HEX, S-records and UF2: what srec_cat writes, and what only real files have."""

import random
import struct
from pathlib import Path

import pytest
from tests.support.small_boot import uf2_file
from tests.support.trees import extract, run

from pellucid.analysis.extractor import Extractor
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.intel_hex import intel_hex
from pellucid.extractors.srec import srec
from pellucid.extractors.uf2 import uf2

NOISE = random.Random(1).randbytes(200_001)
FIRST, SECOND = NOISE[:150_001], NOISE[150_001:]
# Options of srec_cat, and the places of the two regions.
FORMS = {
    "linear": (intel_hex, ["-Intel"], 0x08000000, 0x08100000),
    "segments": (intel_hex, ["-Intel", "-Address_Length=3"], 0x0, 0x80000),
    "long lines": (intel_hex, ["-Intel", "-Line_Length", "140"], 0x0, 0x80000),
    "s1": (srec, ["-Motorola", "-Address_Length=2"], 0x0, 0xA000),
    "s2": (srec, ["-Motorola", "-Address_Length=3"], 0x10000, 0x800000),
    "s3": (srec, ["-Motorola", "-Address_Length=4"], 0x08000000, 0x20000000),
}


def made(folder: Path, options: list[str], first: int, second: int, size: int = 150_001) -> bytes:
    (folder / "a").write_bytes(FIRST[:size])
    (folder / "b").write_bytes(SECOND[:size])
    source = ["a", "-Binary", "-offset", str(first), "b", "-Binary", "-offset", str(second)]
    run("srec_cat", *source, "-o", "out", *options, "-Execution_Start_Address", str(first + 256), cwd=folder)
    return (folder / "out").read_bytes()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_regions_come_out(tmp_path: Path, form: str, line_end: bytes) -> None:
    unit, options, first, second = FORMS[form]
    size = 4000 if form == "s1" else 150_001
    data = made(tmp_path, options, first, second, size).replace(b"\r\n", b"\n").replace(b"\n", line_end)
    assert unit.measure(data, 0) == len(data)
    assert any(data.startswith(item.literal) for item in unit.signatures)
    assert not unit.carve
    found = extract(unit, data, tmp_path / "out-folder")
    assert found.contents == {f"0x{first:08x}.bin": FIRST[:size], f"0x{second:08x}.bin": SECOND[:size]}
    assert not found.problems
    if form != "segments":
        assert found.metadata["startAddress"] == f"0x{first + 256:08x}"


@pytest.mark.parametrize("form", ["linear", "s3"])
def test_lines_in_any_order(tmp_path: Path, form: str) -> None:
    unit, options, *_ = FORMS[form]
    lines = made(tmp_path, options, 0, 0x9000, 3000).splitlines(keepends=True)
    rows = [line for line in lines if line.startswith((b":20", b"S325"))]
    others = [line for line in lines if line not in rows]
    shuffled = others[:1] + rows[::-1] + others[1:]
    found = extract(unit, b"".join(shuffled), tmp_path / "out-folder")
    assert found.contents == {"0x00000000.bin": FIRST[:3000], "0x00009000.bin": SECOND[:3000]}


@pytest.mark.parametrize("form", ["linear", "s3"])
def test_damage_is_told_and_leaves_the_rest(tmp_path: Path, form: str) -> None:
    unit, options, first, second = FORMS[form]
    lines = made(tmp_path, options, first, second).splitlines(keepends=True)
    spoilt = bytearray(lines[20])
    spoilt[11] = ord("0") if spoilt[11] != ord("0") else ord("1")
    lines[20] = bytes(spoilt)
    lines[30] = b"a remark\n"
    found = extract(unit, b"".join(lines[:-1]), tmp_path / "out-folder")
    assert (ProblemKind.MALFORMED, "line 21: the checksum of a record differs") in found.problems
    assert ProblemKind.TRUNCATED in found.kinds
    assert found.metadata["otherLines"] == "1"
    assert sum(map(len, found.contents.values())) == len(NOISE) - 64


def test_what_overlaps_is_told(tmp_path: Path) -> None:
    data = b":0200000001020\n".replace(b"020\n", b"02FB\n") + b":020001000304F6\n:00000001FF\n"
    found = extract(intel_hex, data, tmp_path)
    assert found.kinds == {ProblemKind.MALFORMED}
    assert found.contents == {"0x00000000.bin": b"\1\2", "0x00000001.bin": b"\3\4"}


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        (intel_hex, b":100000000000000000000000000000000000000001\n"),
        (intel_hex, b":10 is the port\n"),
        (intel_hex, b":1000\n" * 3),
        (srec, b"S0030000FC\nS1000\n"),
        (srec, b"S0010 and other models\n"),
        (srec, b"S012"),
    ],
)
def test_other_texts_are_texts(unit: Extractor, text: bytes) -> None:
    with pytest.raises(Malformed):
        unit.measure(text, 0)


def test_uf2_of_two_families(tmp_path: Path) -> None:
    data = uf2_file({0xE48BFF56: (0x10000000, FIRST), 0x12345678: (0x2000, SECOND)})
    assert uf2.measure(b"x" * 5 + data + b"behind", 5) == len(data)
    found = extract(uf2, data, tmp_path)
    assert {name: content.rstrip(b"\0") for name, content in found.contents.items()} == {
        "rp2040/0x10000000.bin": FIRST.rstrip(b"\0"),
        "0x12345678/0x00002000.bin": SECOND.rstrip(b"\0"),
    }
    assert not found.problems
    missing = extract(uf2, data[:1024] + data[1536:], tmp_path)
    assert missing.kinds == {ProblemKind.TRUNCATED}
    assert "rp2040/0x10000200.bin" in missing.contents or "rp2040/0x10000300.bin" in missing.contents


def test_files_in_uf2(tmp_path: Path) -> None:
    content, blocks = FIRST[:1000], b""
    for number in range(4):
        piece = content[number * 256 : (number + 1) * 256]
        body = (piece + b"folder/name.txt\0").ljust(476, b"\0")
        head = struct.pack("<6I", 0x1000, number * 256, len(piece), number, 4, len(content))
        blocks += b"UF2\n\x57\x51\x5d\x9e" + head + body + struct.pack("<I", 0x0AB16F30)
    found = extract(uf2, blocks, tmp_path)
    assert found.contents == {"files/folder/name.txt": content}
