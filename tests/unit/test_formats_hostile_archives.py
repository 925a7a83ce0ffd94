"""Archives whose numbers lie: readers end soon, take little memory and say what they left out."""

import io
import mmap
import random
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from tests.support.alarm import within
from tests.support.cabinets import cabinet
from tests.support.rar_archives import rar4, rar5
from tests.support.trees import extract

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.cab import cab
from pellucid.extractors.rar import rar
from pellucid.extractors.tar import tar
from pellucid.extractors.zip import zip_archive
from pellucid.formats import lzh, lzop, xar, zip_directory
from pellucid.formats import tar as archives
from pellucid.formats.sevenzip import archive as sevenzip


def tar_with(extended: bytes, *, kind: bytes = b"x") -> bytes:
    """A tar of one file behind a pax header with the line `extended`."""
    line = next(text for size in range(1, 2000) if len(text := b"%d %s\n" % (size, extended)) == size)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        header = tarfile.TarInfo("pax")
        header.size, header.type = len(line), kind
        archive.addfile(header, io.BytesIO(line))
        body = tarfile.TarInfo("file")
        body.size = 5
        archive.addfile(body, io.BytesIO(b"hello"))
    return buffer.getvalue()


@pytest.mark.parametrize("kind", [b"x", b"g"])
@pytest.mark.parametrize("size", [-1024, -2560, -100_000])
def test_a_negative_size_in_a_pax_header_does_not_lead_back(tmp_path: Path, size: int, kind: bytes) -> None:
    data = tar_with(b"size=%d" % size, kind=kind)
    with within(2):
        found = extract(tar, data, tmp_path)
    assert found.kinds == {ProblemKind.MALFORMED}


def test_what_a_global_pax_header_says_of_nothing_known_is_not_kept() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for number in range(300):
            lines = b"".join(b"16 v.%04x.%03d=1\n" % (key, number) for key in range(1000))
            header = tarfile.TarInfo("pax")
            header.size, header.type = len(lines), b"g"
            archive.addfile(header, io.BytesIO(lines))
            archive.addfile(tarfile.TarInfo(f"file-{number}"))
    rows = list(archives.records(buffer.getvalue(), 0))
    assert len(rows) == 300
    assert all(not row.extended for row in rows)


def test_the_rest_of_a_file_from_another_volume_is_told(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        header = tarfile.TarInfo("large")
        header.size, header.type = 5, b"M"
        archive.addfile(header, io.BytesIO(b"hello"))
        archive.addfile(tarfile.TarInfo("empty"))
    found = extract(tar, buffer.getvalue(), tmp_path)
    assert list(found.contents) == ["empty"]
    assert found.problems == [(ProblemKind.UNSUPPORTED, "large: it began in another volume of the archive")]


def lzop_file(packed: bytes, size: int) -> bytes:
    fields = struct.pack(">HHHBBIIIIB", 0x1040, 0x20A0, 0x0940, 1, 5, 0, 0o644, 0, 0, 0)
    head = fields + zlib.adler32(fields).to_bytes(4, "big")
    return lzop.MAGIC + head + struct.pack(">II", size, len(packed)) + packed + bytes(4)


def test_a_block_of_lzo_cannot_blow_up() -> None:
    bomb = b"\x15aaaa\x20" + bytes(3 << 20) + b"\x01\0\0\x11\0\0"
    (member,) = lzop.members(lzop_file(bomb, 4 << 20))
    assert not isinstance(member, Malformed)
    with within(2), pytest.raises(Malformed, match="larger"):
        b"".join(member.chunks)


def xar_file(table: bytes) -> bytes:
    packed = zlib.compress(table)
    return struct.pack(">4sHHQQI", b"xar!", 28, 1, len(packed), len(table), 0) + packed


@pytest.mark.parametrize("filling", [b"<data", b"<data>", b"<data <", b"<offset>" + b"1" * 19])
def test_a_table_of_xar_is_searched_once(filling: bytes) -> None:
    table = b"<xar>" + filling * 200_000
    with within(3):
        assert xar.length(xar_file(table), 0) > 0


def test_the_end_of_a_xar_is_that_of_its_last_data() -> None:
    table = b"""<?xml version="1.0"?><xar><toc><checksum style="sha1"><size>20</size><offset>0</offset></checksum>
        <file id="1"><data><length>30</length><encoding style="x"/><offset> 20 </offset><size>999</size></data></file>
        <file id="2"><data><offset>50</offset><size>7</size></data></file></toc></xar>"""
    data = xar_file(table)
    assert xar.length(data, 0) == len(data) + 57


def sevenzip_file(header: bytes) -> bytes:
    where = struct.pack("<QQI", 0, len(header), zlib.crc32(header))
    return sevenzip.MAGIC + b"\0\4" + zlib.crc32(where).to_bytes(4, "little") + where + header


def number(value: int) -> bytes:
    return b"\xff" + value.to_bytes(8, "little")


@pytest.mark.parametrize(
    "header",
    [
        b"\1\5" + number(1 << 19) + b"\x0f\0" * 2000 + b"\0\0",
        b"\1" + (b"\5" + number(1 << 19) + b"\0") * 2000 + b"\0",
        b"\1\4" + b"\x08\0" * 500_000 + b"\0\0",
    ],
    ids=["empty files", "files", "parts"],
)
def test_a_section_of_a_7z_header_comes_once(header: bytes) -> None:
    with within(4), pytest.raises(Malformed):
        sevenzip.read(sevenzip_file(header))


def test_the_header_of_a_7z_with_dummies_is_read() -> None:
    header = b"\1\5\1" + b"\x19\2\0\0" + b"\x19\1\0" + b"\x11\5\0a\0\0\0" + b"\x0e\1\x80" + b"\0\0"
    assert [file.name for file in sevenzip.read(sevenzip_file(header)).files] == ["a"]


def test_a_text_about_lzh_is_no_archive() -> None:
    for level in range(2):
        body = b"-lh5-" + struct.pack("<II", 100, 200) + bytes(4) + b"\x20" + bytes([level]) + b"\xf0no name is as long"
        head = bytes([len(body), sum(body) & 0xFF]) + body
        with pytest.raises(Malformed):
            lzh.length(head + bytes(4096), 0)


def streamed(count: int, size: int = 300) -> bytes:
    """A zip as it is written into a pipe: the sizes stand behind the data."""

    class Pipe(io.BytesIO):
        def tell(self) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"file-{number}", bytes([number % 256]) * size)
    return pipe.getvalue()


def test_the_end_of_a_cut_zip_is_not_looked_for_from_each_entry(tmp_path: Path) -> None:
    whole = streamed(3000)
    cut = whole[: whole.index(b"PK\x01\x02")].replace(b"\x08\0\x08\0", b"\x08\0\x61\0")
    assert cut != whole
    (tmp_path / "cut").write_bytes(cut + b"x" * (48 << 20))
    with (tmp_path / "cut").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = 0
        with within(4):
            while (at := data.find(b"PK\x03\x04", at, len(cut))) >= 0:
                with pytest.raises(Malformed):
                    zip_archive.measure(data, at)
                at += 4


def test_a_streamed_zip_that_is_cut_gives_what_is_there(tmp_path: Path) -> None:
    whole = streamed(50)
    cut = whole[: whole.index(b"PK\x01\x02") - 40]
    assert zip_archive.measure(cut, 0) > len(cut)
    found = extract(zip_archive, cut, tmp_path)
    assert [found.contents[f"file-{number}"] for number in range(49)] == [bytes([number]) * 300 for number in range(49)]
    assert found.problems
    middle = whole[: whole.index(b"PK\x01\x02")]
    assert zip_archive.measure(b"front" + middle + b"behind", 5) == len(middle)


def test_a_directory_of_millions_is_read_as_far_as_memory_goes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(zip_directory, "MOST_RECORDS", 20)
    found = extract(zip_archive, streamed(30), tmp_path)
    assert len(found.contents) == 20
    assert found.kinds == {ProblemKind.UNSUPPORTED}


def test_empty_files_in_a_cabinet_overlap_nothing(tmp_path: Path) -> None:
    data = bytearray(cabinet([("full", b"abc"), ("none", b""), ("more", b"")], 0, [(b"abc", 3)]))
    at = data.index(b"none\0") - 16
    data[at + 4 : at + 8] = bytes(4)
    found = extract(cab, bytes(data), tmp_path)
    assert found.contents == {"full": b"abc", "none": b"", "more": b""}
    assert not found.problems


def test_the_window_of_mszip_reaches_over_small_blocks(tmp_path: Path) -> None:
    first, second = random.Random(3).randbytes(9000), b"x" * 100
    blocks = []
    for content, window in ((first, b""), (second, first), (first, first + second)):
        engine = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=window) if window else zlib.compressobj(wbits=-15)
        blocks.append((b"CK" + engine.compress(content) + engine.flush(), len(content)))
    found = extract(cab, cabinet([("a", first + second + first)], 1, blocks), tmp_path)
    assert not found.problems
    assert found.contents == {"a": first + second + first}


def test_a_locked_rar_inside_other_data_does_not_swallow_it() -> None:
    for locked in (rar4([], flags=0x80), rar5([], encrypted=True)):
        size = rar.measure(b"x" * 16 + locked + b"squashfs" * 100, 16)
        assert size <= len(locked)
        assert rar.measure(locked, 0) == len(locked)


def test_chains_of_blocks_of_lzop_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lzop, "MOST_BLOCKS", 10)
    head = lzop_file(b"", 1)[:-12]
    with pytest.raises(Malformed):
        lzop.length(head + struct.pack(">II", 1, 1) + (b"x" + struct.pack(">II", 1, 1)) * 20 + b"x" + bytes(4), 0)
