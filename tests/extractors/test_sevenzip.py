"""7z: every method and filter that is read, compared with what 7-Zip packed; links, modes, solid folders, damage."""

import random
import struct
import zlib
from pathlib import Path

import pytest
import zstandard
from tests.support import trees
from tests.support.trees import EPOCH, extract, run

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.sevenzip import sevenzip

CONTENT = b"content of an entry, said more than once " * 3000
NOISE = random.Random(11)


def archive(folder: Path, *options: str, files: dict[str, bytes]) -> bytes:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    run("7z", "a", "-bd", *options, "x.7z", *files, cwd=folder)
    return (folder / "x.7z").read_bytes()


def code(*opcodes: bytes, alignment: int = 1) -> bytes:
    """Bytes that are full of branches."""
    parts = []
    for _ in range(20_000):
        operand = NOISE.randrange(1 << 17).to_bytes(4, NOISE.choice(("little", "big")))
        part = NOISE.randbytes(NOISE.randrange(8)) + NOISE.choice(opcodes) + operand
        parts.append(part + b"\0" * (-len(part) % alignment))
    return b"".join(parts)


def words(*opcodes: int, order: str = "<") -> bytes:
    """Instructions of 32 bits whose highest byte is that of a branch."""
    some = (NOISE.choice(opcodes) << 24 | NOISE.randrange(1 << 12) for _ in range(40_000))
    return b"".join(struct.pack(f"{order}I", word) for word in some)


def test_a_tree_with_modes_and_links(tree: Path, tmp_path: Path) -> None:
    run("7z", "a", "-bd", "-snl", tmp_path / "x.7z", ".", cwd=tree)
    data = (tmp_path / "x.7z").read_bytes()
    found = extract(sevenzip, data, tmp_path / "out")
    assert not found.problems
    assert found.seen() == trees.facts(tree)
    assert {entry.mtime for entry in found.entries} == {EPOCH}
    assert found.metadata["methods"] == "LZMA2"
    assert sevenzip.measure(b"before" + data + b"behind", 6) == len(data)


@pytest.mark.parametrize(
    "method", ["Copy", "LZMA", "LZMA2", "BZip2", "Deflate", "LZMA:d=64m", "LZMA2:d=256m", "BCJ2", "Delta:4"]
)
@pytest.mark.parametrize("solid", ["on", "off"])
def test_methods(tmp_path: Path, method: str, solid: str) -> None:
    files = {
        "a": CONTENT,
        "b": b"",
        "c": b"short",
        "d": NOISE.randbytes(100_000),
        "e": code(b"\xe8", b"\xe9", b"\x0f\x84"),
    }
    data = archive(tmp_path, f"-m0={method}", f"-ms={solid}", "-mhc=off", files=files)
    found = extract(sevenzip, data, tmp_path / "out")
    assert not found.problems
    assert found.contents == files


@pytest.mark.parametrize(
    ("filter_", "sample"),
    [
        ("BCJ", code(b"\xe8", b"\xe9")),
        ("BCJ2", code(b"\xe8", b"\xe9", b"\x0f\x80", b"\x0f\x8f", b"\x0f", b"\x0f\xe8")),
        ("PPC", words(0x48, order=">")),
        ("IA64", NOISE.randbytes(200_000)),
        ("ARM", words(0xEB)),
        ("ARMT", code(b"\x00\xf0\x00\xf8", alignment=2)),
        ("SPARC", words(0x40, 0x7F, order=">")),
        ("ARM64", words(0x94, 0x97, 0x90, 0xB0)),
        ("Delta:3", NOISE.randbytes(10_000) * 9),
    ],
)
@pytest.mark.parametrize("behind", ["LZMA", "LZMA2", "Copy"])
def test_filters_before_a_method(tmp_path: Path, filter_: str, sample: bytes, behind: str) -> None:
    files = {"code": sample, "odd": sample[: len(sample) // 2 + 3]}
    data = archive(tmp_path, f"-m0={filter_}", f"-m1={behind}", files=files)
    found = extract(sevenzip, data, tmp_path / "out")
    assert found.contents == files
    assert not found.problems


def test_a_real_program_through_bcj2(tmp_path: Path) -> None:
    program = Path("/usr/bin/gcc").resolve().read_bytes()
    data = archive(
        tmp_path,
        "-m0=BCJ2",
        "-m1=LZMA:d=25",
        "-m2=LZMA:d=19",
        "-m3=LZMA:d=19",
        "-mb0:1",
        "-mb0s1:2",
        "-mb0s2:3",
        files={"program": program},
    )
    found = extract(sevenzip, data, tmp_path / "out")
    assert found.contents == {"program": program}
    assert found.metadata["methods"] == "BCJ2, LZMA"


def test_encrypted_folders_and_headers(tmp_path: Path) -> None:
    data = archive(tmp_path, "-psecret", files={"a": CONTENT, "b": b"x"})
    found = extract(sevenzip, data, tmp_path / "out")
    assert not found.contents
    assert found.problems == [(ProblemKind.ENCRYPTED, "2 files of folder 0: encrypted with AES-256")]
    (tmp_path / "x.7z").unlink()
    data = archive(tmp_path, "-psecret", "-mhe=on", files={"a": CONTENT})
    with pytest.raises(Malformed, match="encrypted"):
        raise Malformed(extract(sevenzip, data, tmp_path / "out").refused)


def test_a_method_that_is_not_read_is_named(tmp_path: Path) -> None:
    data = archive(tmp_path, "-m0=PPMd", files={"a": CONTENT})
    found = extract(sevenzip, data, tmp_path / "out")
    assert found.problems == [(ProblemKind.UNSUPPORTED, "1 files of folder 0: the method PPMd cannot be read")]


def by_hand(packed: bytes, coder: bytes, size: int, content: bytes, name: str = "a") -> bytes:
    """An archive of one file, with `coder` as it stands in the list of coders."""
    names = b"\0" + name.encode("utf-16-le") + b"\0\0"
    header = b"\1\4\6\0\1\x09" + number(len(packed)) + b"\0"
    header += (
        b"\7\x0b\1\0\1" + coder + b"\x0c" + number(size) + b"\x0a\1" + struct.pack("<I", zlib.crc32(content)) + b"\0\0"
    )
    header += b"\5\1\x11" + number(len(names)) + names + b"\0\0"
    end = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(end)) + end + packed + header


def number(value: int) -> bytes:
    return b"\xff" + value.to_bytes(8, "little") if value > 127 else bytes([value])


def test_zstandard(tmp_path: Path) -> None:
    frames = zstandard.compress(CONTENT[:5000]) + zstandard.compress(CONTENT[5000:])
    data = by_hand(frames, b"\4\4\xf7\x11\1", len(CONTENT), CONTENT)
    assert extract(sevenzip, data, tmp_path).contents == {"a": CONTENT}


def test_a_wrong_checksum_and_a_wrong_size(tmp_path: Path) -> None:
    wrong = extract(sevenzip, by_hand(CONTENT, b"\1\0", len(CONTENT), b"other"), tmp_path)
    assert wrong.contents == {"a": CONTENT}
    assert wrong.problems == [(ProblemKind.MALFORMED, "a: the checksum of a file differs")]
    short = extract(sevenzip, by_hand(CONTENT, b"\1\0", len(CONTENT) + 7, CONTENT), tmp_path)
    assert short.contents == {"a": CONTENT}
    assert ProblemKind.TRUNCATED in short.kinds


def test_damage_inside_a_solid_folder(tmp_path: Path) -> None:
    files = {name: name.encode() + NOISE.randbytes(50_000) for name in "abcdef"}
    data = bytearray(archive(tmp_path, "-m0=LZMA", files=files))
    data[200_000] ^= 0xFF
    data[200_100:200_400] = bytes(300)
    found = extract(sevenzip, bytes(data), tmp_path / "out")
    assert {name: found.contents[name] for name in "abc"} == {name: files[name] for name in "abc"}
    assert found.problems


def test_without_its_header_nothing_is_known(tmp_path: Path) -> None:
    data = archive(tmp_path, files={"a": CONTENT})
    cut = data[:-10]
    assert sevenzip.measure(cut, 0) == len(data)
    assert "missing" in extract(sevenzip, cut, tmp_path / "out").refused
    changed = bytearray(data)
    changed[20] ^= 1
    with pytest.raises(Malformed):
        sevenzip.measure(bytes(changed), 0)


def test_a_dictionary_beyond_memory(tmp_path: Path) -> None:
    coder = b"\x21\x21\1\x28"
    data = by_hand(b"\0" * 50, coder, 3 << 30, b"")
    assert extract(sevenzip, data, tmp_path).kinds == {ProblemKind.UNSUPPORTED}


def test_entries_without_bytes(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").write_bytes(b"")
    run("7z", "a", "-bd", "x.7z", "folder", "empty", cwd=tmp_path)
    found = extract(sevenzip, (tmp_path / "x.7z").read_bytes(), tmp_path / "out")
    assert {entry.name: entry.kind for entry in found.entries} == {
        "folder": EntryKind.DIRECTORY,
        "empty": EntryKind.FILE,
    }


def test_a_million_files_without_names(tmp_path: Path) -> None:
    count = 900_000
    header = b"\1\5" + b"\xe0" + count.to_bytes(3, "little") + b"\0\0"
    found = struct.pack("<QQI", 0, len(header), zlib.crc32(header))
    data = b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(found)) + found + header
    assert extract(sevenzip, data, tmp_path).refused == "files without names"
