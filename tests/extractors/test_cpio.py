"""cpio in its four forms, written by GNU cpio."""

from pathlib import Path

import pytest
from tests.support import trees
from tests.support.trees import extract, run

from pellucid.analysis.extractor import Extractor
from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.cpio import cpio
from pellucid.extractors.cpio_binary import cpio_binary

FORMS = [("newc", cpio), ("crc", cpio), ("odc", cpio), ("bin", cpio_binary)]
every = pytest.mark.parametrize(("form", "unit"), FORMS, ids=lambda value: value if isinstance(value, str) else "")


def packed(tree: Path, form: str) -> bytes:
    names = sorted(path.relative_to(tree).as_posix() for path in tree.rglob("*"))
    return run("cpio", "-o", "-H", form, "--quiet", cwd=tree, feed="\n".join(names).encode() + b"\n")


def swapped(data: bytes) -> bytes:
    """An old binary archive in the other byte order: headers are words, names and data stay as they are."""
    result, at = bytearray(data), 0
    while data[at : at + 2] == b"\xc7\x71":
        header = data[at : at + 26]
        words = [int.from_bytes(header[i : i + 2], "little") for i in range(0, 26, 2)]
        result[at : at + 26] = b"".join(word.to_bytes(2, "big") for word in words)
        name, size = words[10], words[11] << 16 | words[12]
        at += 26 + name + (name & 1) + size + (size & 1)
    return bytes(result)


@every
def test_everything_comes_out(tree: Path, tmp_path: Path, form: str, unit: Extractor) -> None:
    data = packed(tree, form)
    found = extract(unit, data, tmp_path)
    assert found.seen() == trees.facts(tree)
    assert not found.problems
    assert {entry.mtime for entry in found.entries} == {trees.EPOCH}
    assert unit.measure(data, 0) == len(data)
    assert unit.measure(data + b"behind", 0) == len(data)


def test_names_of_one_file_share_its_bytes(tree: Path, tmp_path: Path) -> None:
    entries = {entry.name: entry for entry in extract(cpio, packed(tree, "newc"), tmp_path).entries}
    assert {entries["block"].kind, entries["linked"].kind} == {EntryKind.FILE, EntryKind.HARDLINK}


def test_old_binary_in_the_other_byte_order(tree: Path, tmp_path: Path) -> None:
    data = swapped(packed(tree, "bin"))
    assert data[:2] == b"\x71\xc7"
    assert cpio_binary.measure(data, 0) == len(data)
    assert extract(cpio_binary, data, tmp_path).seen() == trees.facts(tree)


@every
def test_a_cut_keeps_what_came_before(tree: Path, tmp_path: Path, form: str, unit: Extractor) -> None:
    data = packed(tree, form)
    cut = data[: len(data) * 2 // 3]
    assert unit.measure(cut, 0) > len(cut)
    found = extract(unit, cut, tmp_path)
    assert ProblemKind.TRUNCATED in found.kinds
    whole, seen = trees.facts(tree), found.seen()
    assert len(seen) > 10
    assert len([name for name in seen if seen[name] != whole[name]]) <= 2


@every
def test_a_damaged_header_ends_the_archive(tree: Path, tmp_path: Path, form: str, unit: Extractor) -> None:
    data = bytearray(packed(tree, form))
    at = data.index(b"etc/nothing")
    data[at - 110 : at] = b"?" * 110
    assert 0 < unit.measure(bytes(data), 0) <= at
    found = extract(unit, bytes(data), tmp_path)
    assert found.entries
    assert found.kinds == {ProblemKind.MALFORMED}


@pytest.mark.parametrize(
    "data", [b"070701" + b"x" * 200, b"070707" + b"9" * 200, b"070701" + b"0" * 200, b"\xc7\x71" + bytes(200)]
)
def test_a_magic_alone_is_no_cpio(data: bytes) -> None:
    unit = cpio_binary if data[:2] == b"\xc7\x71" else cpio
    with pytest.raises(Malformed):
        unit.measure(data, 0)


def test_names_stay_inside(tmp_path: Path) -> None:
    data = entry("../../escaped", 0o100644, b"x") + entry("/abs", 0o100644, b"y") + entry("TRAILER!!!", 0, b"")
    found = extract(cpio, data, tmp_path)
    assert found.contents == {"escaped": b"x", "abs": b"y"}
    assert found.kinds == {ProblemKind.UNSAFE_NAME}


def test_a_mode_that_names_no_kind_is_skipped(tmp_path: Path) -> None:
    data = entry("odd", 0o170644, b"x") + entry("good", 0o100644, b"y") + entry("TRAILER!!!", 0, b"")
    found = extract(cpio, data, tmp_path)
    assert found.contents == {"good": b"y"}
    assert found.kinds == {ProblemKind.MALFORMED}


def test_devices(tmp_path: Path) -> None:
    data = entry("dev/null", 0o020666, b"", device=(1, 3)) + entry("TRAILER!!!", 0, b"")
    found = extract(cpio, data, tmp_path).entries
    assert [(entry.kind, entry.mode, entry.facts) for entry in found] == [
        (EntryKind.CHARACTER_DEVICE, 0o666, {"device": "1:3"})
    ]


def entry(name: str, mode: int, content: bytes, device: tuple[int, int] = (0, 0)) -> bytes:
    fields = (1, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return header + bytes(-len(header) % 4) + content + bytes(-len(content) % 4)
