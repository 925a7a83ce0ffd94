"""Compressed streams: whole, several in a row, with something behind, cut off, damaged, and bombs."""

import bz2
import gzip as gzip_library
import lzma as lzma_library
import os
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import lz4.block
import lz4.frame
import pytest
import zstandard
from tests.support.trees import extract, run

from pellucid.analysis.extractor import Extractor
from pellucid.analysis.limits import Limits
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed, Truncated
from pellucid.extractors.bzip2 import bzip2
from pellucid.extractors.gzip import gzip
from pellucid.extractors.lz4 import lz4 as lz4_unit
from pellucid.extractors.lzma import lzma
from pellucid.extractors.xz import xz
from pellucid.extractors.zstd import zstd
from pellucid.formats import xz as xz_streams

NOISE = random.Random(11)
CONTENT = b"".join(NOISE.randbytes(500) + bytes(700) for _ in range(2500))
BEHIND = b"\x01something else behind the stream" * 3


def legacy(content: bytes) -> bytes:
    blocks = [content[at : at + (8 << 20)] for at in range(0, len(content), 8 << 20)]
    packed = [lz4.block.compress(block, store_size=False) for block in blocks]
    return b"\x02\x21\x4c\x18" + b"".join(struct.pack("<I", len(block)) + block for block in packed)


def alone(content: bytes) -> bytes:
    """With the size in the header, as kernels and mksquashfs write it; liblzma writes an end marker instead."""
    filters = [{"id": lzma_library.FILTER_LZMA1, "preset": 6, "dict_size": 1 << 20}]
    packed = lzma_library.compress(content, lzma_library.FORMAT_ALONE, filters=filters)
    return packed[:5] + struct.pack("<Q", len(content)) + packed[13:]


@dataclass(frozen=True)
class Case:
    name: str
    unit: Extractor
    pack: Callable[[bytes], bytes]
    magic: bytes
    joined: bool = True
    checked: bool = True


CASES = [
    Case("gzip", gzip, gzip_library.compress, b"\x1f\x8b\x08"),
    Case("xz", xz, lzma_library.compress, b"\xfd7zXZ\0"),
    Case("bzip2", bzip2, bz2.compress, b"BZh91AY&SY"),
    Case("zstd", zstd, zstandard.ZstdCompressor(write_checksum=True).compress, b"\x28\xb5\x2f\xfd"),
    Case("lz4", lz4_unit, lambda content: lz4.frame.compress(content, content_checksum=True), b"\x04\x22\x4d\x18"),
    Case("lz4 legacy", lz4_unit, legacy, b"\x02\x21\x4c\x18", checked=False),
    Case("lzma", lzma, alone, b"\x5d\0\0\x80\0", joined=False, checked=False),
]


@cache
def packed_content(case: Case) -> bytes:
    return case.pack(CONTENT)


every = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@every
def test_unpacks_and_says_where_the_stream_ends(case: Case, tmp_path: Path) -> None:
    packed = packed_content(case)
    found = extract(case.unit, packed + BEHIND, tmp_path)
    assert found.contents == {"content": CONTENT}
    assert not found.problems
    # Without an end mark, the last block of the legacy frame of LZ4 ends it; zstd is measured beforehand.
    assert found.ended_at == len(packed)


@every
def test_measures_a_stream_in_the_middle(case: Case) -> None:
    packed = packed_content(case)
    assert case.unit.measure(b"before" * 9 + packed + BEHIND, 54) == len(packed)


@every
def test_is_recognised_by_a_signature(case: Case) -> None:
    packed = packed_content(case)
    assert any(packed[item.at : item.at + len(item.literal)] == item.literal for item in case.unit.signatures)


@pytest.mark.parametrize("case", [case for case in CASES if case.joined], ids=lambda case: case.name)
def test_joins_streams_that_follow_each_other(case: Case, tmp_path: Path) -> None:
    found = extract(case.unit, case.pack(CONTENT[:70_000]) + packed_content(case), tmp_path)
    assert found.contents == {"content": CONTENT[:70_000] + CONTENT}


@every
def test_keeps_what_comes_before_a_cut(case: Case, tmp_path: Path) -> None:
    packed = case.pack(CONTENT * 10) if case.name == "lz4 legacy" else packed_content(case)
    cut = packed[: len(packed) * 3 // 4]
    found = extract(case.unit, cut, tmp_path)
    content = found.contents["content"]
    assert 0 < len(content) < len(CONTENT) * 10
    assert (CONTENT * 10).startswith(content)
    if case.name != "lz4 legacy":
        assert found.kinds == {ProblemKind.TRUNCATED}
        assert case.unit.measure(cut, 0) == len(cut)


@pytest.mark.parametrize("case", [case for case in CASES if case.checked], ids=lambda case: case.name)
def test_a_damaged_stream_is_a_problem(case: Case, tmp_path: Path) -> None:
    packed = bytearray(packed_content(case))
    packed[-40:-20] = bytes(20)
    found = extract(case.unit, bytes(packed), tmp_path)
    assert found.refused or found.kinds & {ProblemKind.MALFORMED, ProblemKind.TRUNCATED}


@every
def test_a_magic_by_chance_is_no_stream(case: Case, tmp_path: Path) -> None:
    for seed in range(30):
        data = case.magic + random.Random(seed).randbytes(3000)
        with pytest.raises(Malformed):
            case.unit.measure(data, 0)
        found = extract(case.unit, data, tmp_path)
        assert found.refused
        assert not found.entries


@every
def test_a_bomb_stops_at_the_budget(case: Case, tmp_path: Path) -> None:
    packed = case.pack(bytes(16 << 20))
    found = extract(case.unit, packed, tmp_path, Limits(bytes=4 << 20))
    assert "bytes came out" in found.stopped
    assert found.entries[0].size <= 4 << 20


def test_gzip_keeps_the_name_and_the_time_of_its_header(tmp_path: Path) -> None:
    packed = gzip_library.compress(b"x" * 50, mtime=1_700_000_000)
    named = packed[:3] + b"\x08" + packed[4:10] + b"folder/rootfs.cpio\0" + packed[10:]
    entry = extract(gzip, named, tmp_path).entries[0]
    assert (entry.name, entry.mtime, entry.size) == ("rootfs.cpio", 1_700_000_000, 50)


def test_gzip_with_a_wrong_checksum_keeps_the_content(tmp_path: Path) -> None:
    packed = gzip_library.compress(CONTENT)
    found = extract(gzip, packed[:-8] + bytes(8), tmp_path)
    assert found.contents == {"content": CONTENT}
    assert found.kinds == {ProblemKind.MALFORMED}


def test_an_empty_gzip_gives_an_empty_file(tmp_path: Path) -> None:
    found = extract(gzip, gzip_library.compress(b""), tmp_path)
    assert found.contents == {"content": b""}


def test_xz_streams_may_have_padding_between(tmp_path: Path) -> None:
    packed = lzma_library.compress(b"one") + bytes(8) + lzma_library.compress(b"two")
    assert extract(xz, packed, tmp_path).contents == {"content": b"onetwo"}


def test_zstd_skips_skippable_frames(tmp_path: Path) -> None:
    skippable = b"\x50\x2a\x4d\x18" + struct.pack("<I", 5) + b"hello"
    packed = skippable + zstandard.compress(b"one") + skippable + zstandard.compress(b"two")
    assert zstd.measure(packed + b"rest", 0) == len(packed)
    assert extract(zstd, packed, tmp_path).contents == {"content": b"onetwo"}


def test_lzma_with_an_end_marker(tmp_path: Path) -> None:
    packed = lzma_library.compress(CONTENT, lzma_library.FORMAT_ALONE)
    assert lzma.measure(packed + BEHIND, 0) == len(packed)
    assert extract(lzma, packed + BEHIND, tmp_path).contents == {"content": CONTENT}


def test_a_dictionary_beyond_all_memory_is_not_taken(tmp_path: Path) -> None:
    packed = alone(CONTENT)
    huge = packed[:1] + struct.pack("<I", 3 << 29) + packed[5:]
    assert extract(lzma, huge, tmp_path).contents == {"content": CONTENT}
    endless = huge[:5] + b"\xff" * 8 + huge[13:]
    assert "memory" in extract(lzma, endless, tmp_path).refused


@pytest.mark.parametrize(
    "options", [(), ("--block-size=40000",), ("-0", "--check=crc32"), ("-T2", "--block-size=9000")]
)
def test_the_length_of_xz_is_told_by_its_index(options: tuple[str, ...]) -> None:
    content = bytes(range(256)) * 700 + lzma_library.compress(b"another one inside, as it is") * 3
    packed = run("xz", "-c", *options, feed=content)
    assert xz_streams.length(b"x" * 7 + packed + b"YZ behind", 7) == len(packed)
    assert xz_streams.length(packed + bytes(8) + packed + bytes(100), 0) == 2 * len(packed) + 8
    stored = run(
        "xz", "-c", "--lzma2=dict=4KiB,mode=fast,mf=hc3,nice=4", feed=lzma_library.compress(os.urandom(50_000))
    )
    assert xz_streams.length(stored, 0) == len(stored)
    with pytest.raises(Truncated):
        xz_streams.length(packed[:-4], 0)
    with pytest.raises(Malformed):
        xz_streams.length(b"no xz at all", 0)
