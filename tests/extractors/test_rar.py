"""RAR of both versions: stored entries, links, locked headers, volumes, damage. No free program compresses."""

import ctypes
from pathlib import Path

import pytest
from tests.support.rar_archives import DOS_TIME, FILE, FOLDER, LINK, STAMP, rar4, rar5
from tests.support.trees import extract

from pellucid.analysis.extractor import Extractor
from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.lzh import lzh
from pellucid.extractors.rar import rar
from pellucid.extractors.xar import xar
from pellucid.formats import dos_time, libarchive

ENTRIES = [
    ("folder", FOLDER | 0o755, b""),
    ("folder/tool", FILE | 0o4755, b"#!/bin/sh\n" * 40),
    ("empty", FILE | 0o600, b""),
    ("nothing special", FILE | 0o644, bytes(3_000_000)),
    ("link", LINK | 0o777, b"../../etc/passwd"),
]
SEEN = {
    "folder": (EntryKind.DIRECTORY, 0o755, ""),
    "folder/tool": (EntryKind.FILE, 0o4755, ""),
    "empty": (EntryKind.FILE, 0o600, ""),
    "nothing special": (EntryKind.FILE, 0o644, ""),
    "link": (EntryKind.SYMLINK, 0o777, "../../etc/passwd"),
}


@pytest.mark.parametrize(
    ("data", "version", "stamp"),
    [(rar4(ENTRIES), "4", dos_time.seconds(DOS_TIME >> 16, DOS_TIME & 0xFFFF)), (rar5(ENTRIES), "5", STAMP)],
)
def test_names_modes_links_and_times(tmp_path: Path, data: bytes, version: str, stamp: int) -> None:
    found = extract(rar, data, tmp_path)
    assert not found.problems
    assert {entry.name: (entry.kind, entry.mode, entry.target) for entry in found.entries} == SEEN
    assert found.contents == {name: content for name, mode, content in ENTRIES if mode & 0o170000 == FILE}
    assert all(abs((entry.mtime or 0) - stamp) <= 14 * 3600 for entry in found.entries)
    assert (found.metadata["version"], found.metadata["files"]) == (version, "5")
    assert rar.measure(b"before" + data + b"behind", 6) == len(data)


def test_names_beyond_ascii(tmp_path: Path) -> None:
    assert list(extract(rar, rar5([("größe/ß", FILE | 0o644, b"x")]), tmp_path).contents) == ["größe/ß"]


def test_locked_headers(tmp_path: Path) -> None:
    for data in (rar4([], flags=0x80), rar5([], encrypted=True)):
        found = extract(rar, data, tmp_path)
        assert found.kinds == {ProblemKind.ENCRYPTED}
        assert rar.measure(data, 0) == len(data)


def test_one_of_several_volumes_says_so(tmp_path: Path) -> None:
    found = extract(rar, rar4(ENTRIES[:2], flags=1), tmp_path)
    assert ProblemKind.UNSUPPORTED in found.kinds
    assert "folder/tool" in found.contents


@pytest.mark.parametrize("data", [rar4(ENTRIES), rar5(ENTRIES)])
def test_damage(tmp_path: Path, data: bytes) -> None:
    cut = data[: len(data) // 2]
    assert rar.measure(cut, 0) > len(cut)
    found = extract(rar, cut, tmp_path)
    assert found.contents["folder/tool"] == ENTRIES[1][2]
    assert found.problems
    changed = bytearray(data)
    changed[11] ^= 1
    with pytest.raises(Malformed):
        rar.measure(bytes(changed), 0)


@pytest.mark.parametrize("unit", [rar, lzh, xar], ids=lambda unit: unit.name)
def test_without_the_library_the_result_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit: Extractor
) -> None:
    from tests.support.small_archives import inputs

    def absent(name: str) -> ctypes.CDLL:
        raise OSError(f"{name}: cannot open shared object file")

    data = inputs()[unit.name]
    libarchive._library.cache_clear()
    monkeypatch.setattr(ctypes, "CDLL", absent)
    try:
        found = extract(unit, data, tmp_path)
    finally:
        libarchive._library.cache_clear()
    assert found.kinds == {ProblemKind.MISSING}
    assert "libarchive13" in found.problems[0][1]
    assert unit.measure(data, 0) == len(data) or unit is xar
