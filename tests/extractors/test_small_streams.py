"""lzip, lzop and compress: what their own tools wrote comes out whole; checksums, members, damage."""

import random
import zlib
from pathlib import Path

import pytest
from tests.support.trees import EPOCH, extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.compress import compress
from pellucid.extractors.lzip import lzip
from pellucid.extractors.lzop import lzop

NOISE = random.Random(3).randbytes(300_001)
CONTENTS = {
    "empty": b"",
    "short": b"a",
    "text": b"the same line over and over\n" * 30_000,
    "noise": NOISE,
    "mixed": NOISE + bytes(2_000_000) + b"text text text" * 20_000 + NOISE,
}
every = pytest.mark.parametrize("name", CONTENTS)


@every
def test_lzip_of_any_length(tmp_path: Path, name: str) -> None:
    data = run("lzip", "-c", feed=CONTENTS[name])
    found = extract(lzip, data + b"behind", tmp_path)
    assert found.contents == {"content": CONTENTS[name]}
    assert found.ended_at == len(data)
    assert not found.problems
    assert lzip.measure(b"before" + data + b"behind", 6) == len(data)


def test_lzip_members_of_even_and_odd_length_are_one_stream(tmp_path: Path) -> None:
    members = [run("lzip", "-c", f"-s{size}KiB", feed=NOISE[:size]) for size in (4, 5, 6, 7, 48)]
    assert {len(member) & 1 for member in members} == {0, 1}
    found = extract(lzip, b"".join(members), tmp_path)
    assert found.contents["content"] == b"".join(NOISE[:size] for size in (4, 5, 6, 7, 48))
    assert found.ended_at == sum(map(len, members))


def test_lzip_checksums_and_cuts(tmp_path: Path) -> None:
    data = bytearray(run("lzip", "-c", feed=CONTENTS["text"]))
    cut = extract(lzip, bytes(data[:-30]), tmp_path / "cut")
    assert cut.kinds == {ProblemKind.TRUNCATED}
    data[-20] ^= 1
    found = extract(lzip, bytes(data), tmp_path / "changed")
    assert found.contents["content"] == CONTENTS["text"]
    assert found.kinds == {ProblemKind.MALFORMED}
    with pytest.raises(Malformed):
        lzip.measure(bytes(data), 0)


@every
@pytest.mark.parametrize("options", [("-1",), ("-9",), ("-F",), ("--crc32", "-C")])
def test_lzop_methods_and_checksums(tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    data = run("lzop", *options, "-c", feed=CONTENTS[name])
    found = extract(lzop, data, tmp_path)
    assert found.contents == {"content": CONTENTS[name]}
    assert not found.problems
    assert lzop.measure(b"before" + data + b"behind", 6) == len(data)


def test_lzop_keeps_names_modes_and_times_of_every_member(tmp_path: Path) -> None:
    for name, mode in (("one", 0o640), ("two", 0o755)):
        (tmp_path / name).write_bytes(name.encode() * 1000)
        (tmp_path / name).chmod(mode)
        run("touch", "-d", f"@{EPOCH}", tmp_path / name)
    data = run("lzop", "-c", "one", "two", cwd=tmp_path)
    found = extract(lzop, data, tmp_path / "out")
    assert [(entry.name, entry.mode, entry.mtime) for entry in found.entries] == [
        ("one", 0o640, EPOCH),
        ("two", 0o755, EPOCH),
    ]
    assert found.contents["two"] == b"two" * 1000
    assert lzop.measure(data, 0) == len(data)


def test_lzop_damage(tmp_path: Path) -> None:
    data = bytearray(run("lzop", "-c", feed=CONTENTS["mixed"]))
    cut = extract(lzop, bytes(data[: len(data) // 2]), tmp_path / "cut")
    assert cut.kinds == {ProblemKind.TRUNCATED}
    assert CONTENTS["mixed"].startswith(cut.contents["content"])
    assert len(cut.contents["content"]) >= 256 << 10
    assert lzop.measure(bytes(data[: len(data) // 2]), 0) > len(data) // 2
    changed = bytearray(data)
    changed[100] ^= 1
    assert extract(lzop, bytes(changed), tmp_path / "changed").kinds == {ProblemKind.MALFORMED}
    data[12] ^= 1
    with pytest.raises(Malformed):
        lzop.measure(bytes(data), 0)


@every
@pytest.mark.parametrize("bits", [10, 13, 16])
def test_compress(tmp_path: Path, name: str, bits: int) -> None:
    data = run("compress", "-f", "-c", f"-b{bits}", feed=CONTENTS[name])
    found = extract(compress, data, tmp_path)
    assert found.contents == {"content": CONTENTS[name]}
    assert found.metadata["bits"] == str(bits)
    assert compress.measure(data, 0) == len(data)


def test_a_long_run_needs_little_memory(tmp_path: Path) -> None:
    data = run("compress", "-c", feed=bytes(60 << 20))
    found = extract(compress, data, tmp_path)
    assert len(found.contents["content"]) == 60 << 20
    assert zlib.crc32(found.contents["content"]) == zlib.crc32(bytes(60 << 20))


def test_a_code_that_stands_for_nothing(tmp_path: Path) -> None:
    data = run("compress", "-f", "-c", feed=CONTENTS["text"])
    found = extract(compress, data[:1000] + b"\xff" * 100, tmp_path)
    assert found.kinds == {ProblemKind.MALFORMED} or found.refused
    with pytest.raises(Malformed):
        compress.measure(b"\x1f\x9d\x90\xff\xff\xff\xff", 0)
