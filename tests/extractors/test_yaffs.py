"""YAFFS in the layouts of pages and spare areas that occur, and as a log that grew."""

import dataclasses
import random
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.small_inputs import small_inputs
from tests.support.trees import Extraction, extract
from tests.support.yaffs_images import DELETED, FILE, FOLDER, HARDLINK, ROOT, SPECIAL, UNLINKED, Image

from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.extractors.yaffs import yaffs

LAYOUTS = {
    "mkyaffs2image": Image(),
    "dump": Image(tags_at=2, extra=True),
    "dump of a large page": Image(page=4096, spare=224, tags_at=2, extra=True),
    "4096": Image(page=4096, spare=128),
    "8192": Image(page=8192, spare=256, order=">"),
    "16384": Image(page=16384, spare=512, tags_at=3),
    "512": Image(page=512, spare=16),
    "1024": Image(page=1024, spare=32, order=">", extra=True),
    "inband": Image(spare=0),
    "big endian": Image(order=">"),
    "yaffs 1": Image(page=512, spare=16, version=1),
    "yaffs 1 big endian": Image(page=512, spare=16, version=1, order=">"),
}


def fresh(name: str) -> Image:
    return dataclasses.replace(LAYOUTS[name], written=[])


def whole(image: Image, folder: Path) -> Extraction:
    data = image.build()
    assert yaffs.measure(data, 0) == len(data)
    assert any(data.startswith(item.literal) for item in yaffs.signatures)
    found = extract(yaffs, data, folder / "out")
    assert not found.problems
    assert not found.refused
    return found


@pytest.mark.parametrize("name", LAYOUTS)
def test_everything_comes_out_of_every_layout(tree: Path, tmp_path: Path, name: str) -> None:
    image = fresh(name).tree(tree)
    found = whole(image, tmp_path)
    assert found.seen() == trees.facts(tree)
    assert all(entry.mtime == trees.EPOCH for entry in found.entries if entry.kind is not EntryKind.HARDLINK)
    shown = {key: found.metadata[key] for key in ("version", "page", "spare", "tagsAt")}
    stated = (image.version, image.page, image.spare, image.tags_at)
    assert shown == dict(zip(("version", "page", "spare", "tagsAt"), map(str, stated), strict=True))
    assert found.metadata["byteOrder"] == ("little endian" if image.order == "<" else "big endian")


def test_owners_and_devices(tmp_path: Path) -> None:
    image = Image()
    image.header(257, ROOT, b"tool", mode=0o104711, size=0, owner=(12, 34), mtime=99)
    image.header(258, ROOT, b"console", SPECIAL, mode=0o20600, device=5 << 8 | 1)
    image.header(259, ROOT, b"disk", SPECIAL, mode=0o60660, device=0x11032C)
    image.header(260, ROOT, b"pipe", SPECIAL, mode=0o10644)
    found = {entry.name: entry for entry in whole(image, tmp_path).entries}
    assert (found["tool"].mode, found["tool"].uid, found["tool"].gid, found["tool"].mtime) == (0o4711, 12, 34, 99)
    assert (found["console"].kind, found["console"].facts) == (EntryKind.CHARACTER_DEVICE, {"device": "5:1"})
    assert (found["disk"].kind, found["disk"].facts) == (EntryKind.BLOCK_DEVICE, {"device": "259:300"})
    assert found["pipe"].kind is EntryKind.FIFO


@pytest.mark.parametrize("extra", [False, True])
def test_the_latest_block_counts_wherever_it_stands(tmp_path: Path, extra: bool) -> None:
    image = Image(extra=extra, sequence=0x1005)
    image.header(257, ROOT, b"renamed", size=5000)
    image.data(257, b"new" * 100, first=3)
    image.header(258, UNLINKED, b"unlinked", size=0)
    image.header(259, DELETED, b"deleted", size=0)
    image.erased(64)
    image.sequence = 0x1001
    image.header(257, ROOT, b"file", size=6000)
    image.data(257, b"old" * 2000)
    image.header(258, ROOT, b"secret", size=6)
    image.data(258, b"secret")
    image.header(259, ROOT, b"other secret", size=6)
    found = whole(image, tmp_path)
    assert found.contents == {"renamed": (b"old" * 2000)[:4096] + b"new" * 100 + bytes(5000 - 4396)}


def test_a_file_that_shrank_and_grew_has_a_hole(tmp_path: Path) -> None:
    image = Image(extra=True)
    image.header(257, ROOT, b"file", size=0)
    image.data(257, b"a" * 10_000)
    # The page that is cut is written anew, then the header says that what stood behind it is gone.
    image.data(257, b"a" * (3000 - 2048), first=2)
    image.header(257, ROOT, b"file", size=3000, shrinks=1)
    image.data(257, b"b" * 10, first=5)
    assert whole(image, tmp_path).contents == {"file": b"a" * 3000 + bytes(8192 - 3000) + b"b" * 10}


def test_a_renaming_over_another_file_shadows_it(tmp_path: Path) -> None:
    image = Image()
    image.header(257, ROOT, b"target", size=3)
    image.data(257, b"old")
    image.header(258, ROOT, b"temporary", size=3)
    image.data(258, b"new")
    image.header(258, ROOT, b"target", size=3, shadows=257)
    assert whole(image, tmp_path).contents == {"target": b"new"}


def test_of_two_pages_of_the_first_version_the_count_tells_the_newer(tmp_path: Path) -> None:
    image = Image(page=512, spare=16, version=1)
    image.header(257, ROOT, b"file", size=3)
    image.chunk(257, 1, b"new", 3, serial=3)
    image.chunk(257, 1, b"old", 3, serial=2)
    image.header(258, ROOT, b"other", size=3)
    image.chunk(258, 1, b"old", 3, serial=3)
    image.chunk(258, 1, b"new", 3, serial=0)
    image.chunk(258, 1, b"superseded", 3, serial=1, live=False)
    assert extract(yaffs, image.build(), tmp_path).contents == {"file": b"new", "other": b"new"}


def test_damage_costs_only_its_page(tree: Path, tmp_path: Path) -> None:
    image = Image().tree(tree)
    image.written[10] = bytes(2112)
    found = extract(yaffs, image.build(), tmp_path / "out")
    assert [message for _, message in found.problems] == ["page at 0x5280: the tags of a page are impossible"]
    there = found.seen()
    wrong = {name for name, seen in trees.facts(tree).items() if there.get(name) != seen}
    assert len(wrong) == 1


def test_names_that_lead_nowhere(tmp_path: Path) -> None:
    image = Image()
    image.header(257, ROOT, b"link", HARDLINK, same_as=999)
    image.header(258, 300, b"orphan", FILE, size=0)
    image.header(260, 261, b"in", FOLDER, mode=0o40755)
    image.header(261, 260, b"circle", FOLDER, mode=0o40755)
    found = extract(yaffs, image.build(), tmp_path)
    assert "lost+found/300/orphan" in found.contents
    assert any("object 999 is not there" in message for _, message in found.problems)
    assert len(found.entries) < 10


def test_found_inside_a_dump(tree: Path) -> None:
    data = Image(tags_at=2).tree(tree).build()
    behind = b"another partition" * 100_000
    assert yaffs.measure(b"x" * 999 + data + behind, 999) == len(data)
    cut = data[: len(data) // 2]
    assert yaffs.measure(cut, 0) <= len(cut)


def test_a_signature_by_chance_is_none() -> None:
    data = Image().build() + yaffs.signatures[0].literal
    for fill in (b"\0", b"\xff", b"some text "):
        with pytest.raises(Malformed):
            yaffs.measure(data + fill * 5000, 0)


@pytest.mark.parametrize("behind", [bytes(1 << 18), random.Random(1).randbytes(1 << 18), b"\xff" * (1 << 18)])
def test_a_small_image_with_something_else_behind_it(behind: bytes) -> None:
    data = small_inputs()["yaffs"]
    assert yaffs.measure(data + behind, 0) == len(data)
