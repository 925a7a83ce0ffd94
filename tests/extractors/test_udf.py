"""UDF volumes of mkudffs with files of ours, and bridge discs of genisoimage."""

import hashlib
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support import trees
from tests.support.trees import extract, run
from tests.support.udf_images import REGULAR, SHORT, Writer, empty, filled, node, tagged

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.udf import udf
from pellucid.formats.udf import volume

MEDIA = [("hd", "1.02"), ("hd", "2.01"), ("dvd", "2.01"), ("dvdram", "1.50"), ("cdrw", "2.01")]


@pytest.mark.parametrize(("media", "revision"), MEDIA)
def test_every_form_of_content(tmp_path: Path, media: str, revision: str) -> None:
    data, files = filled(media, revision)
    found = extract(udf, data, tmp_path)
    assert found.contents == files
    entries = {entry.name: entry for entry in found.entries}
    assert set(entries) - set(files) == {"folder", "link", "device"}
    assert (entries["embedded"].mode, entries["embedded"].uid, entries["embedded"].gid) == (0o4755, 1000, None)
    assert {entry.mtime for entry in found.entries} == {trees.EPOCH}
    assert (entries["link"].kind, entries["link"].target) == (EntryKind.SYMLINK, "../name/ü☃")
    assert (entries["device"].kind, entries["device"].facts) == (EntryKind.BLOCK_DEVICE, {"device": "8:17"})
    assert (entries["folder"].kind, entries["folder"].mode) == (EntryKind.DIRECTORY, 0o750)
    assert not found.problems
    assert (found.metadata["label"], found.metadata["revision"]) == ("LinuxUDF", revision)
    assert udf.measure(b"x" * 9 + data + b"behind", 9) == len(data)


def test_packets_that_were_moved(tmp_path: Path) -> None:
    data = bytearray(filled("cdrw", "2.01")[0])
    disc = volume.read(bytes(data))
    part = disc.partitions[0]
    # The packet that holds block 200, the first file, is replaced by one behind the partition.
    packet = 200 - 200 % part.packet
    table = data.index(b"*UDF Sparing Table") - 17
    spare = struct.unpack_from("<II", data, table + 56)[1]
    struct.pack_into("<I", data, table + 56, packet)
    at, size = (part.first + packet) * disc.sector, part.packet * disc.sector
    data[spare * disc.sector : spare * disc.sector + size] = data[at : at + size]
    data[at : at + size] = b"?" * size
    found = extract(udf, bytes(data), tmp_path)
    assert found.contents == filled("cdrw", "2.01")[1]
    assert not found.problems


def with_metadata_partition() -> tuple[bytes, dict[str, bytes]]:
    """The same volume, its descriptors moved into a file of two fragments that a metadata partition is made of."""
    data, files = filled("hd", "2.01", partition=1)
    disc = volume.read(data)
    image, unit, first = bytearray(data), disc.block, disc.partitions[0].first
    at = first * unit
    # Blocks 0 to 99 move to 4000, 100 on to 5000; content of files is named by partition 0 and stays where it is.
    image[at + 4000 * unit : at + 4100 * unit] = data[at : at + 100 * unit]
    image[at + 5000 * unit : at + 5500 * unit] = data[at + 100 * unit : at + 600 * unit]
    extents = struct.pack("<IIII", 100 * unit, 4000, 500 * unit, 5000)
    entry = tagged(261, node(250, 600 * unit, SHORT, extents), 6000)
    image[at + 6001 * unit : at + 6001 * unit + len(entry)] = entry
    image[at : at + 100 * unit] = b"?" * (100 * unit)
    logical = next(
        sector * unit
        for sector in range(len(data) // unit)
        if data[sector * unit : sector * unit + 2] == b"\x06\0"
        and data[sector * unit + 212 : sector * unit + 216] == struct.pack("<I", unit)
    )
    identifier = b"\0" + b"*UDF Metadata Partition".ljust(23, b"\0") + bytes(8)
    places = struct.pack("<HHIIIIHB5x", 1, 0, 6000, 6001, 0xFFFFFFFF, 32, 32, 0)
    struct.pack_into("<II", image, logical + 264, 70, 2)
    struct.pack_into("<H", image, logical + 248 + 8, 1)
    image[logical + 446 : logical + 510] = struct.pack("<BBH", 2, 64, 0) + identifier + places
    return bytes(image), files


def test_a_metadata_partition_read_by_the_copy_of_its_file(tmp_path: Path) -> None:
    data, files = with_metadata_partition()
    disc = volume.read(data)
    assert [part.kind for part in disc.partitions] == [volume.PHYSICAL, volume.METADATA]
    found = extract(udf, data, tmp_path)
    assert not [problem for problem in found.problems if "root" in problem[1]]
    assert found.contents == files


def test_a_bridge_disc_by_its_udf(tmp_path: Path, tree: Path) -> None:
    run("genisoimage", "-quiet", "-udf", "-R", "-D", "-o", tmp_path / "x", tree)
    data = bytearray((tmp_path / "x").read_bytes())
    recognition = next(sector for sector in range(16, 32) if data[sector * 2048 + 1 : sector * 2048 + 6] == b"BEA01")
    data[16 * 2048 : 19 * 2048] = data[recognition * 2048 : (recognition + 3) * 2048]
    found = extract(udf, bytes(data), tmp_path / "out")
    expected = trees.facts(tree, modes=False)
    # The tool writes symbolic links as empty files.
    empty_file = trees.Seen(EntryKind.FILE, hashlib.sha256(b"").hexdigest())
    assert found.seen(modes=False) == {
        name: empty_file if item.kind is EntryKind.SYMLINK else item for name, item in expected.items()
    }
    assert not found.problems
    assert udf.measure(bytes(data), 0) == len(data)


def test_a_virtual_partition_is_recognised_and_not_read(tmp_path: Path) -> None:
    found = extract(udf, empty("cdr", "1.50", 4 << 20), tmp_path)
    assert found.kinds == {ProblemKind.UNSUPPORTED}


def test_extents_in_circles_end(tmp_path: Path) -> None:
    writer = Writer(bytearray(empty("hd", "2.01", 4 << 20)), free=200)
    loop = struct.pack("<II", 3 << 30 | 512, writer.free)
    block = writer.blocks(tagged(258, struct.pack("<II", 0, 8) + loop, writer.free))
    writer.entry("loop", node(REGULAR, 1000, SHORT, struct.pack("<II", 3 << 30 | 512, block)))
    writer.entry("whole", node(REGULAR, 3, 3, b"yes"))
    found = extract(udf, writer.finish(), tmp_path)
    assert found.problems == [(ProblemKind.MALFORMED, "loop: a list of extents goes round in circles")]
    assert found.contents["whole"] == b"yes"


def test_a_cut_disc_keeps_what_is_there(tmp_path: Path) -> None:
    data, files = filled("hd", "2.01")
    found = extract(udf, data[: (257 + 205) * 512], tmp_path)
    assert ProblemKind.TRUNCATED in found.kinds
    assert found.refused or set(found.contents) <= set(files)


@pytest.mark.parametrize("sector", [256, 257])
def test_without_an_anchor_it_is_no_disc(sector: int) -> None:
    data = bytearray(empty("hd", "2.01", 4 << 20))
    data[256 * 512] = 0
    with pytest.raises(Malformed):
        udf.measure(bytes(data), 0)


def test_descriptors_that_are_cut_off() -> None:
    data = empty("hd", "2.01", 4 << 20)
    for sector in range(250, 330):
        with suppress(Malformed):
            udf.measure(data[: sector * 512 + 20], 0)


def test_more_partitions_than_fit_into_their_descriptor(tmp_path: Path) -> None:
    data = bytearray(empty("hd", "2.01", 4 << 20))
    places = [at for at in range(0, len(data), 512) if data[at : at + 2] == b"\6\0" and at >= 32 * 512]
    assert len(places) == 2
    for at in places:
        struct.pack_into("<I", data, at + 268, 16)
        data[at + 440 : at + 512] = bytes((1, 6, 1, 0, 0, 0)) * 12
    assert "make no sense" in extract(udf, bytes(data), tmp_path).refused
