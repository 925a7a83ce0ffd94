"""uImage headers and payloads, as mkimage makes them."""

import struct
import zlib
from pathlib import Path

import pytest
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.uimage import uimage

KERNEL = b"kernel " * 3000


def made(folder: Path, *options: str, parts: tuple[bytes, ...] = (KERNEL,), name: str = "Sample-1.0 kernel") -> bytes:
    paths = []
    for number, part in enumerate(parts):
        (folder / f"part{number}").write_bytes(part)
        paths.append(str(folder / f"part{number}"))
    base = ("-A", "arm", "-O", "linux", "-a", "0x8000", "-e", "0x8040", "-n", name)
    run("mkimage", *base, *options, "-d", ":".join(paths), folder / "x.img")
    return (folder / "x.img").read_bytes()


def test_the_header_becomes_facts_and_the_payload_a_child(tmp_path: Path) -> None:
    data = made(tmp_path, "-T", "kernel", "-C", "gzip")
    found = extract(uimage, data, tmp_path / "out")
    assert found.contents == {"Sample-1.0 kernel": KERNEL}
    assert not found.problems
    facts = found.metadata
    assert (facts["name"], facts["os"], facts["architecture"]) == ("Sample-1.0 kernel", "linux", "arm")
    assert (facts["type"], facts["compression"]) == ("kernel", "gzip")
    assert (facts["loadAddress"], facts["entryPoint"]) == ("0x00008000", "0x00008040")
    assert int(facts["created"]) == found.entries[0].mtime
    assert uimage.measure(b"x" * 5 + data + b"behind", 5) == len(data)


def test_several_files_in_one_image(tmp_path: Path) -> None:
    parts = (KERNEL, b"odd", b"device tree")
    data = made(tmp_path, "-T", "multi", "-C", "none", parts=parts, name="multi")
    assert list(extract(uimage, data, tmp_path / "out").contents.values()) == list(parts)


def test_a_script_has_its_text_behind_a_list_of_one(tmp_path: Path) -> None:
    data = made(tmp_path, "-T", "script", "-C", "none", parts=(b"bootm 0x8000\n",), name="boot.scr")
    assert extract(uimage, data, tmp_path / "out").contents == {"boot.scr": b"bootm 0x8000\n"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("", "kernel"), ("../../etc/passwd", "_.._etc_passwd"), ('"><script>', "___script_"), ("..", "kernel")],
)
def test_the_name_is_made_safe(tmp_path: Path, name: str, expected: str) -> None:
    data = made(tmp_path, "-T", "kernel", "-C", "none", name=name)
    found = extract(uimage, data, tmp_path / "out")
    assert list(found.contents) == [expected]
    assert found.metadata["name"] == name


def test_a_wrong_checksum_of_the_payload_is_a_problem(tmp_path: Path) -> None:
    data = made(tmp_path, "-T", "kernel", "-C", "none")[:-1] + b"\xff"
    found = extract(uimage, data, tmp_path / "out")
    assert found.kinds == {ProblemKind.MALFORMED}
    assert len(found.contents["Sample-1.0 kernel"]) == len(KERNEL)


def test_a_cut_payload_is_kept(tmp_path: Path) -> None:
    data = made(tmp_path, "-T", "kernel", "-C", "none")
    found = extract(uimage, data[:1064], tmp_path / "out")
    assert found.contents == {"Sample-1.0 kernel": KERNEL[:1000]}
    assert found.kinds == {ProblemKind.TRUNCATED}
    assert uimage.measure(data[:1064], 0) == len(data)


def test_parts_that_lie_about_their_sizes_are_given_as_one(tmp_path: Path) -> None:
    data = bytearray(made(tmp_path, "-T", "multi", "-C", "none", parts=(b"one", b"two"), name="m"))
    struct.pack_into(">I", data, 64, 0x7FFFFFFF)
    found = extract(uimage, bytes(data), tmp_path / "out")
    assert found.kinds == {ProblemKind.MALFORMED}
    assert found.contents == {"m": bytes(data[64:])}


def test_numbers_without_a_name_are_shown_as_they_are(tmp_path: Path) -> None:
    data = bytearray(made(tmp_path, "-T", "kernel", "-C", "none"))
    data[28], data[4:8] = 250, bytes(4)
    struct.pack_into(">I", data, 4, zlib.crc32(data[:64]))
    assert extract(uimage, bytes(data), tmp_path / "out").metadata["os"] == "250"


def test_a_magic_by_chance_is_no_uimage(tmp_path: Path) -> None:
    data = bytearray(made(tmp_path, "-T", "kernel", "-C", "none"))
    data[40] ^= 1
    with pytest.raises(Malformed):
        uimage.measure(bytes(data), 0)
    with pytest.raises(Malformed):
        uimage.measure(b"\x27\x05\x19\x56", 0)
