"""What stands behind ELF files, and what is in kernels; an ordinary program is a leaf."""

from pathlib import Path

import pytest
from tests.support.kernels import BANNER, CONFIG, IKCONFIG, elf_program, initramfs, signed_module
from tests.support.squashfs_images import Image
from tests.support.trees import extract

from pellucid.errors import Malformed
from pellucid.extractors.elf import elf


@pytest.mark.parametrize("wide", [True, False])
def test_a_program_is_a_leaf_unless_something_follows_it(tmp_path: Path, *, wide: bool) -> None:
    program = elf_program(wide=wide)
    for leaf in (program, program + bytes(4096), program + b"\xff" * 512):
        with pytest.raises(Malformed):
            elf.measure(leaf, 0)
    system = Image().build()
    data = program + system
    assert elf.measure(data, 0) == len(data)
    found = extract(elf, data, tmp_path)
    assert found.contents == {"overlay": system}
    assert found.metadata == {"overlayOffset": f"0x{len(program):x}"}


@pytest.mark.parametrize("wide", [True, False])
def test_inside_other_data_it_spans_what_its_tables_say(*, wide: bool) -> None:
    program = elf_program(wide=wide)
    assert elf.measure(b"x" * 100 + program + b"behind it", 100) == len(program)
    with pytest.raises(Malformed):
        elf.measure(b"x" * 100 + program[:-1], 100)


def test_a_kernel(tmp_path: Path) -> None:
    archive = initramfs()
    parts = BANNER + bytes(64 - len(BANNER)) + IKCONFIG + bytes(-len(IKCONFIG) % 64) + archive
    kernel = elf_program(parts, section="__ksymtab")
    assert elf.measure(kernel, 0) == len(kernel)
    found = extract(elf, kernel, tmp_path)
    assert found.contents["config"] == CONFIG
    assert found.contents["initramfs.cpio"].rstrip(b"\0") == archive.rstrip(b"\0")
    assert found.metadata["version"].startswith("Linux version 6.6.6")
    assert set(found.contents) == {"config", "initramfs.cpio"}


def test_the_signature_of_a_module(tmp_path: Path) -> None:
    data = signed_module(elf_program(), b"\x30\x82" + b"pkcs7" * 80)
    found = extract(elf, data, tmp_path)
    assert found.contents == {"signature.p7s": b"\x30\x82" + b"pkcs7" * 80}
    assert elf.measure(data, 0) == len(data)


@pytest.mark.parametrize(
    ("at", "value"),
    [(4, b"\3"), (5, b"\0"), (6, b"\2"), (20, b"\7"), (52, b"\x33"), (54, b"\1"), (58, b"\1"), (0x28, b"\xff" * 8)],
)
def test_impossible_headers(at: int, value: bytes) -> None:
    data = bytearray(elf_program() + b"appended" * 100)
    data[at : at + len(value)] = value
    with pytest.raises(Malformed):
        elf.measure(bytes(data), 0)
