"""Squashfs before version 4: every version in either byte order, vendors' LZMA, damage."""

import lzma
import random
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.squashfs_1_to_3 import (
    BLOCK,
    BLOCK_DEVICE,
    CHARACTER_DEVICE,
    FIFO,
    LINK,
    SOCKET,
    TIME,
    OldImage,
)
from tests.support.trees import Extraction, extract, run

from pellucid.analysis.limits import Limits
from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.extractors.squashfs import squashfs

NOISE = random.Random(5)
FILES = {
    "bin/tool": NOISE.randbytes(3 * BLOCK + 77),
    "bin/text": b"the same line over and over\n" * 3000,
    "bin/exact": b"x" * (2 * BLOCK),
    "etc/empty": b"",
    "etc/passwd": b"root::0:0:root:/:/bin/sh\n",
    "holes": bytes(2 * BLOCK) + b"island" + bytes(3 * BLOCK),
    **{f"deep/{'/'.join('abcdefgh')}/{number}": b"%d" % number for number in range(3)},
    **{f"many/file-number-{number:04}": b"content %d\n" % number * 9 for number in range(700)},
}
OTHERS: dict[str, tuple[int, str | int]] = {
    "bin/sh": (LINK, "tool"),
    "dev/sda1": (BLOCK_DEVICE, 0x0801),
    "dev/mem": (CHARACTER_DEVICE, 0x0101),
    "dev/pipe": (FIFO, 0),
    "dev/log": (SOCKET, 0),
}


def image(**options: object) -> OldImage:
    made = OldImage(nodes={**FILES, **OTHERS}, linked={"bin/zlinked": "bin/text"})
    for name, value in options.items():
        setattr(made, name, value)
    return made


def check(found: Extraction, version: int) -> None:
    assert not found.problems
    assert found.contents == FILES
    entries = {entry.name: entry for entry in found.entries}
    assert {(entry.uid, entry.gid) for entry in entries.values()} == {(1000, 50)}
    assert (entries["bin/zlinked"].kind, entries["bin/zlinked"].target) == (EntryKind.HARDLINK, "bin/text")
    assert (entries["bin/sh"].kind, entries["bin/sh"].target) == (EntryKind.SYMLINK, "tool")
    kinds = {name: (entries[f"dev/{name}"].kind, dict(entries[f"dev/{name}"].facts)) for name in ("mem", "sda1")}
    assert kinds == {
        "mem": (EntryKind.CHARACTER_DEVICE, {"device": "1:1"}),
        "sda1": (EntryKind.BLOCK_DEVICE, {"device": "8:1"}),
    }
    assert (entries["dev/pipe"].kind, entries["dev/log"].kind) == (EntryKind.FIFO, EntryKind.SOCKET)
    assert (entries["bin/tool"].mode, entries["bin"].mode, entries["bin/sh"].mode) == (0o755, 0o750, 0o640)
    assert (entries["bin/tool"].mtime, entries["bin"].mtime) == (TIME + 1, TIME + 1)
    assert entries["dev/mem"].mtime == (TIME + 1 if version == 3 else TIME)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_version_in_either_order(tmp_path: Path, version: int, order: str) -> None:
    data = image(version=version, order=order).build()
    found = extract(squashfs, data, tmp_path)
    check(found, version)
    assert found.metadata["version"] == f"{version}.0"
    assert found.metadata["compressor"] == "gzip"
    assert squashfs.measure(b"x" * 7 + data + b"behind", 7) == len(data)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("version", [1, 2, 3])
def test_squashfs_tools_read_these_images_too(tmp_path: Path, version: int, order: str) -> None:
    (tmp_path / "x").write_bytes(OldImage(version=version, order=order, long=True, nodes={**FILES}).build())
    run("unsquashfs", "-quiet", "-no-progress", "-dest", tmp_path / "out", tmp_path / "x")
    assert {name: (tmp_path / "out" / name).read_bytes() for name in FILES} == FILES


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("version", [2, 3])
def test_extended_inodes_and_marked_blocks(tmp_path: Path, version: int, order: str) -> None:
    check(extract(squashfs, image(version=version, order=order, long=True, marked=True).build(), tmp_path), version)


def raw(content: bytes, lc: int = 3, lp: int = 0, pb: int = 2) -> bytes:
    """A raw stream without an end mark, as encoders for a known size leave it."""
    filters = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": 1 << 16}]
    return lzma.compress(content, lzma.FORMAT_RAW, filters=filters)


def alone(content: bytes) -> bytes:
    return b"\x5d" + struct.pack("<IQ", 1 << 16, len(content)) + raw(content)


FRAMINGS = {
    "header": alone,
    "properties": lambda content: alone(content)[:5] + raw(content),
    "four bytes more": lambda content: b"\x01\x02\x03\x04" + alone(content),
    "four bytes and properties": lambda content: b"\xff\x20\x00\x00" + alone(content)[:5] + raw(content),
    "7zip": lambda content: b"7zip" + raw(content),
    "bare": raw,
    "bare, lc 0": lambda content: raw(content, 0, 0, 2),
    "bare, lc 1 lp 2 pb 0": lambda content: raw(content, 1, 2, 0),
    "the better of two": lambda content: min(alone(content), zlib.compress(content, 9), key=len),
    "dd-wrt": lambda content: (
        bytes([len(content) % 3, 2, 0, 128]) + raw(content, 2, 0, len(content) % 3)  # other properties in each block
    ),
}


@pytest.mark.parametrize("magic", [b"hsqs", b"sqlz", b"shsq", b"hsqt"])
@pytest.mark.parametrize("pack", FRAMINGS.values(), ids=FRAMINGS)
def test_vendors_lzma(tmp_path: Path, magic: bytes, pack: object) -> None:
    nodes = {name: content for name, content in FILES.items() if "many" not in name or name.endswith("7")}
    found = extract(squashfs, OldImage(magic=magic, pack=pack, nodes=nodes).build(), tmp_path)  # type: ignore[arg-type, unused-ignore]  # one of the functions above
    assert not found.problems
    assert found.contents == nodes
    assert found.metadata["compressor"] in ("lzma", "gzip")


@pytest.mark.parametrize("version", [1, 2])
def test_vendors_lzma_in_older_versions(tmp_path: Path, version: int) -> None:
    check(extract(squashfs, image(version=version, pack=FRAMINGS["bare, lc 0"]).build(), tmp_path), version)


def test_a_damaged_block_costs_only_its_file(tmp_path: Path) -> None:
    data = bytearray(image().build())
    at = data.index(zlib.compress(FILES["bin/text"][:BLOCK]))
    data[at + 4 : at + 20] = b"\xaa" * 16
    found = extract(squashfs, bytes(data), tmp_path)
    assert [message.partition(":")[0] for _, message in found.problems] == ["bin/text"]
    assert found.contents == {**FILES, "bin/text": b""}


def test_a_cut_image_says_so(tmp_path: Path) -> None:
    data = image().build()
    cut = data[: len(data) // 2]
    assert squashfs.measure(cut, 0) == len(data)
    found = extract(squashfs, cut, tmp_path)
    assert found.problems or "lie outside" in found.refused


@pytest.mark.parametrize(("at", "value"), [(28, 5), (34, 3), (37, 0), (63, 50), (87, 1 << 20)])
def test_a_magic_by_chance_is_no_squashfs(at: int, value: int) -> None:
    data = bytearray(OldImage(nodes={"file": b"content"}).build())
    assert squashfs.measure(bytes(data), 0) == len(data)
    struct.pack_into("<B" if at == 37 else "<H" if at < 40 else "<I", data, at, value)
    with pytest.raises(Malformed):
        squashfs.measure(bytes(data), 0)


INTERESTING = st.sampled_from([b"\0", b"\xff", b"\x0a", b"\0\0\0\0", b"\xff" * 4]) | st.binary(min_size=1, max_size=8)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("version", [1, 2, 3])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.integers(0, 1 << 20), INTERESTING), min_size=1, max_size=6))
def test_hostile_bytes(tmp_path: Path, version: int, order: str, edits: list[tuple[int, bytes]]) -> None:
    nodes: dict[str, bytes | tuple[int, str | int]] = {"a": b"1" * 9000, "d/b": b"xyz" * 99, **OTHERS}
    # Metadata that is not compressed: edits reach the inodes.
    data = bytearray(OldImage(version=version, order=order, nodes=nodes, pack=lambda raw: raw).build())
    for place, value in edits:
        at = place % len(data) if place & 1 else len(data) - 1 - place % 700
        data[at : at + len(value)] = value
    extract(squashfs, bytes(data), tmp_path, Limits(bytes=4 << 20, files=2000))
