"""exFAT in volumes of mkfs.exfat that we fill and fsck.exfat approves; damage, circles."""

import struct
import subprocess
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.exfat_images import Exfat, formatted, sealed
from tests.support.trees import extract

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.exfat import exfat
from pellucid.formats import exfat as volumes

OPTIONS: dict[str, tuple[tuple[str, ...], int]] = {
    "small clusters": (("-c", "512", "-b", "4K"), 2 << 20),
    "usual clusters": ((), 8 << 20),
    "large clusters": (("-c", "128K"), 40 << 20),
    "packed bitmap": (("-c", "4K", "--pack-bitmap"), 8 << 20),
}
CONTENT = b"".join(b"line number %d of a file\n" % number for number in range(3000))


def filled(empty: bytes) -> tuple[Exfat, dict[str, bytes]]:
    image = Exfat(bytearray(empty))
    files = {
        "lower.txt": b"short",
        "empty": b"",
        "chained": CONTENT,
        "sub/a rather long name, with späces and more.text": CONTENT[:5000],
        "sub/deeper/file": CONTENT[:100],
        "late": b"written" + bytes(3000),
    }
    sub = image.folder("sub", image.root)
    deeper = image.folder("deeper", sub)
    parents = {"": image.root, "sub": sub, "sub/deeper": deeper}
    for name, content in files.items():
        parent, _, last = name.rpartition("/")
        size = len(content) if name == "late" else None
        image.file(last, content.rstrip(b"\0"), parents[parent], contiguous=name != "chained", size=size)
    return image, files


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Exfat:
    return filled(formatted(tmp_path_factory.mktemp("small"), "-c", "512", "-b", "4K", size=512 << 10))[0]


def entry_at(data: bytes | bytearray, name: str) -> int:
    """The place of the first entry of a file."""
    return data.index(b"\xc1\0" + name.encode("utf-16-le")) - 64


@pytest.mark.parametrize(("options", "size"), OPTIONS.values(), ids=OPTIONS)
def test_everything_comes_out(tmp_path: Path, options: tuple[str, ...], size: int) -> None:
    image, files = filled(formatted(tmp_path, *options, size=size))
    (tmp_path / "x.exfat").write_bytes(image.data)
    approved = subprocess.run(["fsck.exfat", "-n", tmp_path / "x.exfat"], capture_output=True, check=False)
    assert approved.returncode == 0, approved.stdout
    data = bytes(image.data)
    found = extract(exfat, data, tmp_path / "out")
    assert found.contents == files
    assert not found.problems
    assert {entry.name for entry in found.entries if entry.kind is EntryKind.DIRECTORY} == {"sub", "sub/deeper"}
    # The entries say two hours east of Greenwich.
    assert {entry.mtime for entry in found.entries} == {trees.EPOCH - 7200}
    assert found.metadata["label"] == "sample"
    assert found.metadata["revision"] == "1.00"
    assert exfat.measure(data, 0) == len(data)
    assert exfat.measure(b"x" * 512 + data, 512) == len(data)


def test_deleted_files_stay_deleted(small: Exfat, tmp_path: Path) -> None:
    data = bytearray(small.data)
    at = entry_at(data, "lower.txt")
    for place in range(at, at + 96, 32):
        data[place] &= 0x7F
    found = extract(exfat, bytes(data), tmp_path)
    assert not found.problems
    assert "lower.txt" not in found.contents
    assert found.contents["chained"] == CONTENT


def test_a_chain_in_circles_ends(small: Exfat, tmp_path: Path) -> None:
    data = bytearray(small.data)
    at = entry_at(data, "chained") + 32
    (first,) = struct.unpack_from("<I", data, at + 20)
    struct.pack_into("<Q", data, at + 8, 1 << 40)
    struct.pack_into("<Q", data, at + 24, 1 << 40)
    struct.pack_into("<I", data, small.next_at(first - 4), first)
    found = extract(exfat, bytes(data), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "chained: a chain of clusters goes round in circles")]
    assert len(found.contents["chained"]) <= len(data)
    struct.pack_into("<I", data, small.next_at(first - 4), 0xFFFFFFFF)
    found = extract(exfat, bytes(data), tmp_path)
    assert "too early" in found.problems[0][1]
    struct.pack_into("<I", data, small.next_at(first - 4), 1 << 30)
    found = extract(exfat, bytes(data), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "chained: a chain of clusters leaves the volume")]


def test_a_folder_that_is_its_own_child_is_read_once(small: Exfat, tmp_path: Path) -> None:
    data = bytearray(small.data)
    at = entry_at(data, "deeper") + 32
    data[at + 20 : at + 24] = data[(place := entry_at(data, "sub") + 32) + 20 : place + 24]
    found = extract(exfat, bytes(data), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "sub/deeper: a folder stands in more than one place")]


def test_a_damaged_set_is_told_and_the_rest_is_kept(small: Exfat, tmp_path: Path) -> None:
    data = bytearray(small.data)
    data[entry_at(data, "lower.txt") + 32] = 0xC2
    found = extract(exfat, bytes(data), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "the root folder: an entry of a folder is damaged")]
    assert found.contents["chained"] == CONTENT


def test_a_cut_volume_keeps_what_is_there(small: Exfat, tmp_path: Path) -> None:
    data = bytes(small.data)
    cut = data[: data.index(CONTENT[:512]) - 512]
    assert exfat.measure(cut, 0) == len(data)
    found = extract(exfat, cut, tmp_path)
    assert ProblemKind.TRUNCATED in found.kinds


@pytest.mark.parametrize(
    ("at", "value"), [(72, 9), (80, 0), (84, 0), (92, 1 << 31), (96, 0), (108, 7), (110, 9), (11, 1)]
)
def test_a_magic_by_chance_is_no_exfat(small: Exfat, at: int, value: int) -> None:
    data = bytearray(small.data)
    struct.pack_into("<I", data, at, value)
    with pytest.raises(Malformed):
        exfat.measure(bytes(data), 0)
    with pytest.raises(Malformed):
        volumes.read(sealed(bytes(data)) if at != 108 else bytes(data))
