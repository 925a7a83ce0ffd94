"""Discs, as genisoimage and xorriso make them."""

import struct
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.trees import extract, run

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.iso9660 import iso9660
from pellucid.formats.iso9660 import records, rock_ridge, volume

XORRISO = ("xorriso", "-abort_on", "FATAL", "-report_about", "FATAL")
BLOCK = volume.SECTOR


def made(folder: Path, tree: Path, *options: str | Path, tool: tuple[str, ...] = ("genisoimage", "-quiet")) -> bytes:
    run(*tool, "-o", folder / "x.iso", "-V", "SAMPLE", *options, tree)
    return (folder / "x.iso").read_bytes()


def small_tree(folder: Path) -> Path:
    tree = folder / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "boot.img").write_bytes(b"boot loader " * 1000)
    (tree / "sub" / "A long name, with späces.txt").write_bytes(b"content " * 5000)
    return tree


@pytest.mark.parametrize(
    "tool",
    [
        ("genisoimage", "-quiet", "-R"),
        ("genisoimage", "-quiet", "-R", "-J", "-joliet-long"),
        (*XORRISO, "-as", "mkisofs"),
    ],
    ids=["genisoimage", "with Joliet", "xorriso"],
)
def test_rock_ridge_gives_the_whole_tree(tmp_path: Path, tree: Path, tool: tuple[str, ...]) -> None:
    data = made(tmp_path, tree, tool=tool)
    found = extract(iso9660, data, tmp_path / "out")
    seen = found.seen()
    moved = {name: seen.pop(name) for name in ("rr_moved",) if name in seen}
    assert seen == trees.facts(tree)
    assert all(item.kind is EntryKind.DIRECTORY for item in moved.values())
    files = [entry for entry in found.entries if entry.name not in moved]
    assert {entry.mtime for entry in files} == {trees.EPOCH}
    assert {(entry.uid, entry.gid) for entry in files} == {(tree.stat().st_uid, tree.stat().st_gid)}
    assert not found.problems
    assert (found.metadata["volumeId"], found.metadata["names"]) == ("SAMPLE", "Rock Ridge")
    assert iso9660.measure(b"x" * 7 + data + b"behind", 7) == len(data)


def test_hard_links_and_fifos_are_kept_as_such(tmp_path: Path, tree: Path) -> None:
    data = made(tmp_path, tree, tool=(*XORRISO, "-hardlinks", "on", "-as", "mkisofs", "--hardlinks"))
    found = extract(iso9660, data, tmp_path / "out")
    assert [(entry.name, entry.target) for entry in found.entries if entry.kind is EntryKind.HARDLINK] == [
        ("linked", "block")
    ]
    assert found.seen() == trees.facts(tree)


def test_joliet_is_used_without_rock_ridge(tmp_path: Path) -> None:
    tree = small_tree(tmp_path)
    found = extract(iso9660, made(tmp_path, tree, "-J"), tmp_path / "out")
    assert found.contents == {
        path.relative_to(tree).as_posix(): path.read_bytes() for path in tree.rglob("*") if path.is_file()
    }
    assert found.metadata["names"] == "Joliet"


def test_plain_names(tmp_path: Path) -> None:
    found = extract(iso9660, made(tmp_path, small_tree(tmp_path)), tmp_path / "out")
    assert found.contents["BOOT.IMG"] == b"boot loader " * 1000
    assert found.metadata["names"] == "ISO 9660"
    assert {entry.mode for entry in found.entries} == {None}


def test_a_bridge_disc_without_rock_ridge_is_read_by_its_udf(tmp_path: Path) -> None:
    tree = small_tree(tmp_path)
    data = made(tmp_path, tree, "-udf", "-b", "boot.img", "-c", "boot.cat", "-no-emul-boot", "-boot-load-size", "4")
    found = extract(iso9660, data, tmp_path / "out")
    assert found.contents["boot.img"] == b"boot loader " * 1000
    assert found.contents["sub/A long name, with späces.txt"] == b"content " * 5000
    assert found.metadata["names"] == "UDF"
    assert not found.problems
    # Without a file set, the tree of ISO 9660 is what there is.
    damaged = data[: 257 * BLOCK] + bytes(BLOCK) + data[258 * BLOCK :]
    found = extract(iso9660, damaged, tmp_path / "out")
    assert found.contents["BOOT.IMG"] == b"boot loader " * 1000
    assert found.metadata["names"] == "ISO 9660"


def test_long_links_and_names_go_on_elsewhere(tmp_path: Path) -> None:
    tree = small_tree(tmp_path)
    target = "/".join(f"a-rather-long-part-{number}" for number in range(30))
    (tree / "link").symlink_to(target)
    (tree / ("n" * 240)).symlink_to("/" + "t" * 240)
    found = extract(iso9660, made(tmp_path, tree, tool=(*XORRISO, "-as", "mkisofs")), tmp_path / "out")
    links = {entry.name: entry.target for entry in found.entries if entry.kind is EntryKind.SYMLINK}
    assert links == {"link": target, "n" * 240: "/" + "t" * 240}


def test_compressed_files_are_unpacked(tmp_path: Path) -> None:
    tree = small_tree(tmp_path)
    (tree / "large").write_bytes(b"the same line\n" * 20_000 + bytes(100_000) + b"end")
    (tree / "small").write_bytes(b"not worth it")
    image = tmp_path / "x.iso"
    run(
        *XORRISO, "-outdev", image, "-map", tree, "/", "-set_filter_r", "--zisofs", "/", "--", "-zisofs", "by_magic=off"
    )
    data = image.read_bytes()
    assert b"\x37\xe4\x53\x96\xc9\xdb\xd6\x07" in data
    found = extract(iso9660, data, tmp_path / "out")
    assert found.contents["large"] == (tree / "large").read_bytes()
    assert found.contents["small"] == b"not worth it"
    assert not found.problems


def test_boot_images_are_marked(tmp_path: Path) -> None:
    options = ("-R", "-b", "boot.img", "-c", "boot.cat", "-no-emul-boot", "-boot-load-size", "4")
    found = extract(iso9660, made(tmp_path, small_tree(tmp_path), *options), tmp_path / "out")
    entry = next(entry for entry in found.entries if entry.name == "boot.img")
    assert entry.facts == {"bootPlatform": "x86", "bootEmulation": "none", "bootable": "yes"}
    assert not any(name.startswith("[boot]") for name in found.contents)


def test_a_hybrid_disc_with_an_appended_partition(tmp_path: Path) -> None:
    tree, efi, code = small_tree(tmp_path), tmp_path / "efi.img", tmp_path / "mbr.bin"
    with efi.open("wb") as file:
        file.truncate(1 << 20)
    run("mkfs.vfat", "-n", "ESP", efi)
    code.write_bytes(b"isohybrid boot code".ljust(432, b"\x90"))
    interval = "--interval:appended_partition_2:all::"
    options = ("-isohybrid-mbr", code, "-b", "boot.img", "-no-emul-boot", "-boot-load-size", "4", "-eltorito-alt-boot")
    efi_options = ("-e", interval, "-no-emul-boot", "-append_partition", "2", "0xef", efi, "-appended_part_as_gpt")
    data = made(tmp_path, tree, *options, *efi_options, tool=(*XORRISO, "-as", "mkisofs"))
    assert iso9660.measure(data, 0) > volume.read(data).length - 1
    found = extract(iso9660, data, tmp_path / "out")
    assert found.contents["[boot]/2-EFI.img"] == efi.read_bytes()
    assert found.contents["outside-0x00000000.bin"].startswith(b"isohybrid boot code")
    assert found.contents["sub/A long name, with späces.txt"] == b"content " * 5000
    assert not found.problems


def test_attributes_of_devices() -> None:
    def both(value: int) -> bytes:
        return struct.pack("<I", value) + struct.pack(">I", value)

    area = b"PX\x24\x01" + both(0o60640) + both(1) + both(0) + both(6)
    found = rock_ridge.read(b"", BLOCK, area + b"PN\x14\x01" + both(0) + both(8 << 8 | 17))
    assert (found.mode, found.gid, found.device) == (0o60640, 6, (8, 17))
    assert rock_ridge.read(b"", BLOCK, b"PN\x14\x01" + both(240) + both(3)).device == (240, 3)


def test_extents_of_a_large_file_are_joined() -> None:
    def record(block: int, size: int, flags: int, name: bytes) -> bytes:
        head = struct.pack("<BBI4xI4x", 33 + len(name) + (len(name) + 1) % 2, 0, block, size)
        return (head + bytes((123, 1, 1, 0, 0, 0, 0, flags, 0, 0, 1, 0, 0, 1, len(name))) + name).ljust(
            34 + len(name) - len(name) % 2, b"\0"
        )

    raw = record(20, 2048, 0x80, b"BIG.;1") + record(30, 100, 0, b"BIG.;1") + record(40, 5, 0, b"B.;1")
    found = list(records.listing(raw.ljust(BLOCK, b"\0"), 0, BLOCK))
    assert [(item.name, item.extents) for item in found] == [
        (b"BIG.;1", ((20, 2048), (30, 100))),
        (b"B.;1", ((40, 5),)),
    ]
    with pytest.raises(Malformed, match="last extent"):
        list(records.listing(record(20, 2048, 0x80, b"BIG.;1").ljust(BLOCK, b"\0"), 0, BLOCK))


def test_a_folder_that_is_its_own_child_is_read_once(tmp_path: Path) -> None:
    data = bytearray(made(tmp_path, small_tree(tmp_path)))
    root = volume.read(bytes(data)).root
    at = data.index(b"\x03SUB", BLOCK * 18) - 32
    data[at + 2 : at + 10] = root[2:10]
    found = extract(iso9660, bytes(data), tmp_path / "out")
    assert found.problems == [(ProblemKind.MALFORMED, "SUB: a folder stands in more than one place")]


def test_attributes_in_circles_end(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / ("n" * 240)).symlink_to("t" * 300)
    data = bytearray(made(tmp_path, tmp_path / "tree", "-R"))
    at = data.index(b"CE\x1c\x01", data.index(b"CE\x1c\x01", BLOCK * 18) + 28)
    block, offset = struct.unpack_from("<I4xI", data, at + 4)
    data[block * BLOCK + offset : block * BLOCK + offset + 28] = data[at : at + 28]
    found = extract(iso9660, bytes(data), tmp_path / "out")
    assert any("do not end" in message for _, message in found.problems)


def test_a_cut_disc_keeps_what_is_there(tmp_path: Path, tree: Path) -> None:
    data = made(tmp_path, tree, "-R")
    cut = data[: len(data) * 2 // 3]
    assert iso9660.measure(cut, 0) == len(data)
    found = extract(iso9660, cut, tmp_path / "out")
    assert ProblemKind.TRUNCATED in found.kinds
    assert set(found.seen()) >= set(trees.facts(tree))
    assert found.contents["block"] == (tree / "block").read_bytes()


@pytest.mark.parametrize(("at", "value"), [(0, 9), (1, 0), (80, 1), (128, 3), (156, 2), (131, 9)])
def test_a_magic_by_chance_is_no_disc(tmp_path: Path, at: int, value: int) -> None:
    data = bytearray(made(tmp_path, small_tree(tmp_path)))
    data[16 * BLOCK + at] = value
    with pytest.raises(Malformed):
        iso9660.measure(bytes(data), 0)


def test_a_folder_that_was_moved_to_nowhere(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "/".join("abcdefghij")).mkdir(parents=True)
    (tree / "other").write_bytes(b"other")
    data = bytearray(made(tmp_path, tree, "-R"))
    at = data.index(b"CL\x0c\x01")
    data[at + 4 : at + 8] = bytes((1, 0, 0, 0))  # a sector of zeros
    found = extract(iso9660, bytes(data), tmp_path / "out")
    assert found.problems == [
        (ProblemKind.MALFORMED, "a/b/c/d/e/f/g/H: there is no folder in the place to which it was moved")
    ]
    assert found.contents["other"] == b"other"
