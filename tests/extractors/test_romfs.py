"""Romfs as genromfs makes it: kinds of files, hard links, modes, an image without padding; damage and circles."""

import os
import struct
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.trees import extract, run

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.romfs import romfs


def made(tree: Path, folder: Path, *options: str) -> bytes:
    run("genromfs", "-d", tree, "-f", folder / "x.romfs", "-V", "sample volume", *options)
    return (folder / "x.romfs").read_bytes()


@pytest.fixture(scope="module")
def plain(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return made(tree, tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("options", [(), ("-a", "4096")], ids=["close", "aligned"])
def test_everything_comes_out(tree: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    data = made(tree, tmp_path, *options)
    found = extract(romfs, data, tmp_path / "out")
    assert found.seen(modes=False) == trees.facts(tree, modes=False)
    assert not found.problems
    assert found.metadata["label"] == "sample volume"
    modes = {entry.name: entry.mode for entry in found.entries}
    assert (modes["bin/tool"], modes["etc/passwd"], modes["bin"]) == (0o755, 0o644, 0o755)
    assert {entry.kind for entry in found.entries if entry.name in ("block", "linked")} == {
        EntryKind.FILE,
        EntryKind.HARDLINK,
    }


def test_the_length_is_right_with_and_without_padding(plain: bytes) -> None:
    (size,) = struct.unpack_from(">I", plain, 8)
    assert romfs.measure(plain, 0) == len(plain)
    assert romfs.measure(b"xyz" + plain[:size] + b"behind", 3) == size
    assert romfs.measure(plain[:size], 0) == size


def test_devices_and_fifos(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("@tty1,c,4,1", "@sda,b,8,0"):
        (tree / name).write_bytes(b"")
    os.mkfifo(tree / "pipe")
    found = extract(romfs, made(tree, tmp_path), tmp_path / "out")
    assert {entry.name: (entry.kind, entry.mode, dict(entry.facts)) for entry in found.entries} == {
        "tty1": (EntryKind.CHARACTER_DEVICE, 0o600, {"device": "4:1"}),
        "sda": (EntryKind.BLOCK_DEVICE, 0o600, {"device": "8:0"}),
        "pipe": (EntryKind.FIFO, 0o644, {}),
    }


def test_a_chain_in_circles_ends(plain: bytes, tmp_path: Path) -> None:
    data = bytearray(plain)
    first = plain.index(b"file-number-0007") - 16
    second = plain.index(b"file-number-0003") - 16
    for at in (first, second):
        other = first + second - at
        struct.pack_into(">I", data, at, other | 2)
    found = extract(romfs, bytes(data), tmp_path)
    assert any("more than one place" in message for _, message in found.problems)
    assert "etc/passwd" in found.contents


def test_a_hard_link_to_nowhere_is_a_problem(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a").write_bytes(b"content")
    (tree / "b").hardlink_to(tree / "a")
    data = bytearray(made(tree, tmp_path))
    places = [data.index(name.ljust(16, b"\0")) - 16 for name in (b"a", b"b")]
    link = next(at for at in places if not data[at + 3] & 7)
    struct.pack_into(">I", data, link + 4, 0x10)
    struct.pack_into(">I", data, 12, (struct.unpack_from(">I", data, 12)[0] + 1) & 0xFFFFFFFF)
    volume = sum(struct.unpack_from(f">{min(512, len(data)) // 4}I", data)) & 0xFFFFFFFF
    struct.pack_into(">I", data, 12, (struct.unpack_from(">I", data, 12)[0] - volume) & 0xFFFFFFFF)
    found = extract(romfs, bytes(data), tmp_path / "out")
    assert [message.partition(": ")[2] for _, message in found.problems] == ["a hard link leads to no file"]
    assert list(found.contents.values()) == [b"content"]


def test_a_cut_image_keeps_what_is_there(plain: bytes, tmp_path: Path) -> None:
    cut = plain[: len(plain) // 2]
    assert romfs.measure(cut, 0) > len(cut)
    found = extract(romfs, cut, tmp_path)
    assert found.kinds == {ProblemKind.TRUNCATED}
    assert found.entries


@pytest.mark.parametrize("at", [8, 12, 40])
def test_a_magic_by_chance_is_no_romfs(plain: bytes, at: int) -> None:
    data = bytearray(plain)
    data[at] ^= 1
    with pytest.raises(Malformed):
        romfs.measure(bytes(data), 0)
