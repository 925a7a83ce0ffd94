"""NTFS as mkntfs makes it and wimlib fills it; special files, damage, circles in what they made."""

import struct
from pathlib import Path

import pytest
from tests.support import small_disk, trees
from tests.support.trees import Seen, extract, run

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.ntfs import ntfs
from pellucid.formats.ntfs import lznt1, volume

VARIANTS: dict[str, tuple[str, ...]] = {
    "plain": (),
    "compressed": ("-C",),
    "small clusters": ("-C", "-c", "512"),
    "large clusters": ("-c", "65536"),
}
CONTENT = small_disk.CONTENT * 8


def expected(tree: Path) -> dict[str, Seen]:
    """Links get backslashes, and a drive when they begin at the root."""
    found = trees.facts(tree, modes=False)
    for name, this in found.items():
        if this.kind is EntryKind.SYMLINK:
            drive = "C:" if this.content.startswith("/") else ""
            found[name] = Seen(EntryKind.SYMLINK, drive + this.content.replace("/", "\\"))
    return found


@pytest.fixture(scope="module")
def small() -> bytes:
    return small_disk.small_ntfs()


def record_of(data: bytes, name: str) -> int:
    """The place of the first record with a name."""
    return data.index(name.encode("utf-16-le")) & ~1023


@pytest.mark.parametrize("options", VARIANTS.values(), ids=VARIANTS)
def test_everything_comes_out(tree: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    data = small_disk.ntfs(tree, tmp_path, *options, size=48 << 20 if "65536" in options else 24 << 20)
    found = extract(ntfs, data, tmp_path / "out")
    assert found.seen(modes=False) == expected(tree)
    assert not found.problems
    assert {entry.mtime for entry in found.entries} == {trees.EPOCH}
    assert found.metadata["label"] == "sample"
    assert found.metadata["version"] == "3.1"
    assert "state" not in found.metadata
    assert ntfs.measure(data, 0) == len(data)
    assert ntfs.measure(b"x" * 512 + data, 512) == len(data)


def test_streams_and_hard_links_in_a_list_of_attributes(small: bytes, tmp_path: Path) -> None:
    found = extract(ntfs, small, tmp_path)
    assert not found.problems
    assert found.contents.pop("small") == b"resident"
    assert found.contents.pop("small:stream") == b"resident"
    assert list(found.contents.values()) == [CONTENT]
    links = [entry for entry in found.entries if entry.kind is EntryKind.HARDLINK]
    assert len(links) == 12
    assert {entry.target for entry in links} == set(found.contents)
    assert {entry.name for entry in links} | set(found.contents) == {"sub/file", *(f"{n:060}" for n in range(12))}


def test_a_large_stream(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_bytes(b"content")
    (tmp_path / "large").write_bytes(CONTENT * 20)
    small_disk.ntfs(source, tmp_path, size=4 << 20)
    image = tmp_path / "x.ntfs"
    run("ntfscp", "-q", "-N", "a stream", image, tmp_path / "large", "file")
    found = extract(ntfs, image.read_bytes(), tmp_path / "out")
    assert found.contents == {"file": b"content", "file:a stream": CONTENT * 20}


@pytest.mark.parametrize(
    ("tag", "kind", "target"),
    [
        (0xA0000003, EntryKind.SYMLINK, None),
        (0xA000001D, EntryKind.SYMLINK, None),
        (0x80000024, EntryKind.FIFO, ""),
        (0x80000023, EntryKind.SOCKET, ""),
    ],
)
def test_reparse_points(small: bytes, tmp_path: Path, tag: int, kind: EntryKind, target: str | None) -> None:
    body = {
        0xA0000003: struct.pack("<4H", 0, 14, 0, 0) + "\\??\\C:\\".encode("utf-16-le"),
        0xA000001D: b"\2\0\0\0to/it",
    }
    data = bytearray(small)
    at = data.rindex(struct.pack("<I", 0xA000000C))
    value = struct.pack("<I", tag) + bytes(4) + body.get(tag, b"")
    data[at : at + len(value)] = value
    # The value of a resident attribute stands behind a head of 24 bytes, which tells its size.
    struct.pack_into("<I", data, at - 8, len(value))
    found = extract(ntfs, bytes(data), tmp_path)
    link = next(entry for entry in found.entries if entry.name == "link")
    wanted = {0xA0000003: "C:\\", 0xA000001D: "to/it"}.get(tag, target)
    assert (link.kind, link.target) == (kind, wanted)
    assert not found.problems


@pytest.mark.parametrize(
    ("content", "kind", "target", "facts"),
    [
        (b"IntxLNK\1" + "to/it".encode("utf-16-le"), EntryKind.SYMLINK, "to/it", {"attributes": "system"}),
        (
            b"IntxCHR\0" + struct.pack("<2Q", 1, 3),
            EntryKind.CHARACTER_DEVICE,
            "",
            {"attributes": "system", "device": "1:3"},
        ),
    ],
)
def test_links_and_devices_of_interix(
    tmp_path: Path, content: bytes, kind: EntryKind, target: str, facts: dict[str, str]
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "special").write_bytes(content)
    data = bytearray(small_disk.ntfs(source, tmp_path, size=4 << 20))
    at = record_of(bytes(data), "special")
    standard = at + int.from_bytes(data[at + 20 : at + 22], "little")
    struct.pack_into("<I", data, standard + 24 + 32, 4)
    (entry,) = extract(ntfs, bytes(data), tmp_path / "out").entries
    assert (entry.kind, entry.target, entry.facts) == (kind, target, facts)


def test_what_is_encrypted_or_kept_elsewhere_is_said(small: bytes, tmp_path: Path) -> None:
    data = bytearray(small)
    at = data.rindex(struct.pack("<I", 0xA000000C))
    struct.pack_into("<I", data, at, 0x80000017)
    # The name of an attribute stands behind a head of 24 bytes.
    head = data.index("stream".encode("utf-16-le")) - 24
    struct.pack_into("<H", data, head + 12, 0x4000)
    found = extract(ntfs, bytes(data), tmp_path)
    assert sorted(found.problems) == [
        (ProblemKind.ENCRYPTED, "small:stream: it is encrypted"),
        (ProblemKind.UNSUPPORTED, "link: its bytes are compressed in its stream WofCompressedData"),
    ]


def test_short_names_are_not_listed(small: bytes, tmp_path: Path) -> None:
    data = bytearray(small)
    at = data.index(f"{3:060}".encode("utf-16-le"))
    assert data[at - 2] == 60
    data[at - 1] = 2
    names = {entry.name for entry in extract(ntfs, bytes(data), tmp_path).entries}
    assert f"{3:060}" not in names
    assert f"{4:060}" in names


def test_a_record_that_was_not_written_whole_is_told(small: bytes, tmp_path: Path) -> None:
    data = bytearray(small)
    data[record_of(small, "small") + 1023] ^= 1
    found = extract(ntfs, bytes(data), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "1 records of the file table are damaged")]
    assert CONTENT in found.contents.values()


def test_a_folder_that_is_its_own_child_ends(small: bytes, tmp_path: Path) -> None:
    """Its name says that it is in itself: nobody can reach it, and what it holds."""
    data = bytearray(small)
    at = data.index(b"\3\0" + "sub".encode("utf-16-le")) - 64
    (number,) = struct.unpack_from("<I", data, record_of(small, "sub") + 44)
    struct.pack_into("<I", data, at, number)
    found = extract(ntfs, bytes(data), tmp_path)
    assert "sub" not in found.seen(modes=False)
    assert CONTENT in found.contents.values()


def test_names_without_a_folder_are_counted(small: bytes, tmp_path: Path) -> None:
    data = bytearray(small)
    at = data.index(b"\3\0" + "sub".encode("utf-16-le")) - 64
    struct.pack_into("<H", data, at + 6, 99)
    found = extract(ntfs, bytes(data), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "1 names are in no folder")]


def test_a_cut_image_keeps_what_is_there(small: bytes, tmp_path: Path) -> None:
    cut = small[: len(small) - 2000]
    assert ntfs.measure(cut, 0) == len(small)
    found = extract(ntfs, cut, tmp_path)
    assert ProblemKind.TRUNCATED in found.kinds
    assert found.contents["small"] == b"resident"


def test_lznt1() -> None:
    # Three literals, then five bytes from three back.
    simple = struct.pack("<H", 0xB000 | 5) + b"\x08abc\x02\x20" + b"\0\0"
    assert lznt1.unpack(simple, 100) == b"abcabcab"
    assert lznt1.unpack(struct.pack("<H", 0x3003) + b"abcd" + b"\0\0", 3) == b"abc"
    with pytest.raises(Malformed):
        lznt1.unpack(struct.pack("<H", 0xB000 | 2) + b"\x01\x00\x20", 100)


@pytest.mark.parametrize(("at", "value"), [(11, 7), (13, 3), (21, 0), (48, 0), (64, 3), (510, 0), (16, 1)])
def test_a_magic_by_chance_is_no_ntfs(small: bytes, at: int, value: int) -> None:
    data = bytearray(small)
    data[at : at + 2] = bytes([value, 0])
    with pytest.raises(Malformed):
        ntfs.measure(bytes(data), 0)
    data = bytearray(small)
    place = volume.read(small)
    data[place.table * place.cluster] ^= 1
    with pytest.raises(Malformed, match="file table"):
        ntfs.measure(bytes(data), 0)
