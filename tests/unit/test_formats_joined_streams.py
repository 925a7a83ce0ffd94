"""Many compressed streams one after the other: all are one, and looking for their end costs one reading."""

import bz2
import gzip
import lzma
from pathlib import Path
from typing import Any

import lz4.frame
import pytest
import zstandard
from tests.support.trees import extract, run

from pellucid.analysis.extractor import Extractor
from pellucid.errors import Malformed
from pellucid.extractors import EXTRACTORS
from pellucid.formats import lzw

UNITS = {unit.name: unit for unit in EXTRACTORS}
EMPTY: dict[str, bytes] = {
    "gzip": gzip.compress(b"", mtime=1),
    "bzip2": bz2.compress(b""),
    "xz": lzma.compress(b""),
    "lzip": run("lzip", "-c"),
    "lz4": lz4.frame.compress(b""),
    "zstd": zstandard.compress(b""),
}
FULL: dict[str, bytes] = {
    "gzip": gzip.compress(b"content", mtime=1),
    "bzip2": bz2.compress(b"content"),
    "xz": lzma.compress(b"content"),
    "lzip": run("lzip", "-c", feed=b"content"),
    "lz4": lz4.frame.compress(b"content"),
    "zstd": zstandard.compress(b"content"),
}
# The magic and the header are right; what follows is not. The decompressor of bzip2 reads nothing of it either.
HEADERS = {"gzip": 10, "bzip2": 10, "xz": 12, "lzip": 6, "lz4": 7, "zstd": 6}
every = pytest.mark.parametrize("unit", [UNITS[name] for name in EMPTY], ids=list(EMPTY))


def damaged(name: str) -> bytes:
    return FULL[name][: HEADERS[name]] + b"\xff" * 200


@every
def test_all_streams_are_one(unit: Extractor, tmp_path: Path) -> None:
    data = FULL[unit.name] + EMPTY[unit.name] * 20 + FULL[unit.name]
    assert unit.measure(data + b"behind", 0) == len(data)
    found = extract(unit, data, tmp_path)
    assert found.contents == {"content": b"contentcontent"}
    assert not found.problems


@every
def test_a_later_stream_that_cannot_be_read_is_left_for_another_look(unit: Extractor, tmp_path: Path) -> None:
    data = FULL[unit.name] + EMPTY[unit.name]
    assert unit.measure(data + damaged(unit.name), 0) == len(data)
    found = extract(unit, data + damaged(unit.name), tmp_path)
    assert found.contents == {"content": b"content"}
    assert found.ended_at == len(data)


@every
def test_the_first_stream_must_be_readable(unit: Extractor) -> None:
    with pytest.raises(Malformed):
        unit.measure(damaged(unit.name) + FULL[unit.name], 0)


@every
def test_one_look_is_enough_for_thousands_of_streams(unit: Extractor) -> None:
    data = EMPTY[unit.name] * 5000 + damaged(unit.name)
    assert unit.measure(data, 0) == len(EMPTY[unit.name]) * 5000


class Counted(bytes):
    """Bytes that know how many of them were read."""

    taken = 0

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        self.taken += len(part) if isinstance(part, bytes) else 1
        return part


def test_clearing_a_table_of_compress_again_and_again_reads_nothing_twice() -> None:
    data = Counted(b"\x1f\x9d\x90" + (256).to_bytes(9, "little") * 1000)
    assert b"".join(lzw.unpacked(data, 0)) == b""
    assert data.taken < 2 * len(data)
