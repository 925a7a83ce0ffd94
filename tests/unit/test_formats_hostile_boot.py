"""What boot loaders and their tools write: numbers that lie, and what readers could lose or take for theirs."""

import random
import struct
import zlib
from pathlib import Path

import pytest
from tests.support import android_images, elf_files, kernels, pe_images, tiano_encoder, uefi_images
from tests.support.alarm import within
from tests.support.small_boot import environment, trx_image
from tests.support.trees import extract

from pellucid.errors import Malformed
from pellucid.extractors.android_boot import android_boot
from pellucid.extractors.elf import elf
from pellucid.extractors.intel_hex import intel_hex
from pellucid.extractors.linux_image import linux_image
from pellucid.extractors.linux_zboot import linux_zboot
from pellucid.extractors.pe import pe
from pellucid.extractors.srec import srec
from pellucid.extractors.trx import trx
from pellucid.extractors.uboot_env import uboot_env
from pellucid.extractors.uf2 import uf2
from pellucid.extractors.uimage import uimage
from pellucid.formats import intel_hex as records
from pellucid.formats import tiano
from pellucid.formats.uefi import tree, volume

NOISE = random.Random(7).randbytes(4096)


def hex_lines(count: int, size: int = 16) -> bytes:
    rows = (bytes([size]) + struct.pack(">HB", number * size, 0) + bytes(size) for number in range(count))
    return b"".join(b":" + (row + bytes([-sum(row) & 0xFF])).hex().upper().encode() + b"\n" for row in rows)


def test_spaces_behind_text_records_cost_nothing() -> None:
    behind = b" " * (64 << 20)
    last = b":00000001FF"
    with within(2):
        assert intel_hex.measure(hex_lines(9) + last + behind, 0) == 9 * 44 + len(last) + len(behind)
    lines = b"S1130000" + b"00" * 16 + b"EC\n"
    with within(2):
        assert srec.measure(lines * 9 + b"S9030000FC" + b"0" * (64 << 20), 0) > 64 << 20


def test_lines_that_are_no_records_come_to_an_end() -> None:
    with within(6):
        image = records.read(hex_lines(9) + b":\n" * 8_000_000)
    assert any("not read" in failure.message for failure in image.failures)


@pytest.mark.parametrize("size", [3, 6, 12, 24, 30, 64, 128])
def test_text_records_of_any_length_are_recognised(size: int) -> None:
    data = hex_lines(20, size) + b":00000001FF\n"
    assert any(data.startswith(item.literal) for item in intel_hex.signatures)
    assert intel_hex.measure(data, 0) == len(data)


def uf2_block(address: int, number: int, count: int, family: int, content: bytes = bytes(256)) -> bytes:
    head = struct.pack("<8s6I", b"UF2\n\x57\x51\x5d\x9e", 0x2000, address, len(content), number, count, family)
    return head + content.ljust(476, b"\0") + struct.pack("<I", 0x0AB16F30)


def test_families_by_the_thousand_cost_little(tmp_path: Path) -> None:
    data = b"".join(uf2_block(0, 0, 1, family) for family in range(20_000))
    with within(6):
        found = extract(uf2, data, tmp_path)
    assert "families" in found.refused


def test_two_programs_for_one_chip_in_one_uf2(tmp_path: Path) -> None:
    data = b"".join(uf2_block(0x1000 + 256 * number, number, 2, 1, b"a" * 256) for number in range(2))
    data += b"".join(uf2_block(0x9000 + 256 * number, number, 3, 1, b"b" * 256) for number in range(3))
    found = extract(uf2, data, tmp_path)
    assert [len(content) for content in found.contents.values()] == [512, 768]
    assert not found.problems


def test_the_block_that_works_around_an_erratum_of_rp2350_is_not_half_a_program(tmp_path: Path) -> None:
    data = uf2_block(0x10FFFF00, 0, 2, 0xE48BFF57, b"\xef" * 256) + uf2_block(0x10000000, 0, 1, 0xE48BFF59)
    assert not extract(uf2, data, tmp_path).problems


def test_texts_with_names_of_variables_are_soon_refused() -> None:
    words = b"".join(b"set image=%d; console=ttyS0\n" % number for number in range(20_000))
    with within(2):
        for at in range(0, len(words) - 10, 28):
            with pytest.raises(Malformed):
                uboot_env.measure(words, at)


@pytest.mark.parametrize("behind", [b"b-2.x=3\0\0", b"\0"])
def test_variables_of_any_name_follow_the_first(behind: bytes) -> None:
    data = environment((b"baudrate=9600\0" + behind).ljust(4092, b"\0"))
    assert uboot_env.measure(data, 0) == 4096


def uimage_of(kind: int, body: bytes) -> bytes:
    head = struct.pack(">4s6I4B32s", b"\x27\x05\x19\x56", 0, 0, len(body), 0, 0, zlib.crc32(body), 5, 2, kind, 0, b"x")
    return head[:4] + struct.pack(">I", zlib.crc32(head)) + head[8:] + body


def test_what_no_part_of_a_uimage_covers_comes_out(tmp_path: Path) -> None:
    body = struct.pack(">3I", 4, 3, 0) + b"onesab\0\0" + NOISE
    found = extract(uimage, uimage_of(4, body), tmp_path)
    assert list(found.contents.values()) == [b"ones", b"ab\0", NOISE]


def test_a_uimage_of_no_parts_is_one(tmp_path: Path) -> None:
    body = bytes(4) + NOISE
    found = extract(uimage, uimage_of(4, body), tmp_path)
    assert list(found.contents.values()) == [body]


def test_what_stands_in_front_of_the_first_partition_of_a_trx_comes_out(tmp_path: Path) -> None:
    data = bytearray(trx_image([NOISE, b"kernel" * 300]))
    (second,) = struct.unpack_from("<I", data, 20)
    struct.pack_into("<3I", data, 16, second, 0, 0)
    found = extract(trx, bytes(data), tmp_path)
    assert NOISE in found.contents["before-partitions.bin"]


def test_the_footer_of_another_partition_is_not_that_of_a_boot_image() -> None:
    boot = android_images.boot_v4(NOISE, NOISE, b"")
    other = android_images.with_footer(NOISE * 8, android_images.vbmeta(), 128 << 10)
    assert android_boot.measure(boot + other, 0) == len(boot)
    alone = android_images.with_footer(boot, android_images.vbmeta(), 128 << 10)
    assert android_boot.measure(alone, 0) == len(alone)


def arm64_program(magic: bytes = b"ARM\x64") -> bytes:
    """An Image that is an EFI program, too, and says that it takes more memory than it has bytes."""
    data = bytearray(pe_images.image({".text": NOISE}))
    data[:4] = b"MZ\0\0"
    struct.pack_into("<3Q", data, 8, 0, len(data) + (1 << 20), 0)
    data[56:60] = magic
    return bytes(data)


def test_what_follows_a_kernel_that_is_an_efi_program_is_not_swallowed() -> None:
    kernel = arm64_program()
    assert linux_image.measure(kernel + NOISE * 4, 0) == len(kernel)
    assert linux_image.measure(kernel, 0) == len(kernel)


def test_what_follows_a_zboot_image_is_not_swallowed() -> None:
    data = bytearray(pe_images.image({".text": NOISE}))
    data[:8] = b"MZ\0\0zimg"
    struct.pack_into("<2I8x32s", data, 8, 0x200, 100, b"gzip")
    struct.pack_into("<I", data, 0x3C, 0x40)
    assert linux_zboot.measure(bytes(data) + NOISE * 4, 0) == len(data)
    assert linux_zboot.measure(kernels.zboot(b"payload" * 100), 0) == len(kernels.zboot(b"payload" * 100))


def test_an_elf_file_whose_sections_are_elsewhere_is_not_carved() -> None:
    program = kernels.elf_program(b"payload" * 50)
    assert elf.measure(b"x" * 16 + program, 16) == len(program)
    (sections_at,) = struct.unpack_from("<Q", program, 40)
    loaded = program[:sections_at] + NOISE
    with pytest.raises(Malformed):
        elf.measure(b"x" * 16 + loaded, 16)
    stripped = elf_files.elf_file(payload=b"payload")
    assert elf.measure(b"x" * 16 + stripped + NOISE, 16) == len(stripped)


def test_version_resources_by_the_thousand_cost_little(tmp_path: Path) -> None:
    node = struct.pack("<HHH", 0xFFFF, 0, 1) + b"a\0" * 30_000
    data = pe_images.image(resources={16: {number: {0: node if not number else b"x"} for number in range(800)}})
    with within(5):
        extract(pe, data, tmp_path)
    long = pe_images.image(resources={16: {1: {0: (struct.pack("<HHH", 8, 0, 1) + b"a\0") * 8000}}})
    with within(2):
        extract(pe, long, tmp_path)


def test_a_length_of_a_code_in_unary_ends() -> None:
    packed = b"\0\1" + b"\x28" + b"\xff" * (4 << 20)
    data = struct.pack("<II", len(packed), 100) + packed
    with within(2), pytest.raises(Malformed):
        tiano.unpacked(data, tiano.EFI, 1000)
    assert tiano.unpacked(tiano_encoder.encode(NOISE, tiano.EFI), tiano.EFI, 4096) == NOISE


def test_files_of_one_name_by_the_thousand_cost_little() -> None:
    data = uefi_images.volume(*([uefi_images.file(uefi_images.module(1), 0x01, b"raw")] * 20_000))
    with within(8):
        names = [
            member.name for member in tree.members(data, 0, volume.read(data)) if not isinstance(member, Malformed)
        ]
    assert len(set(names)) == 20_000
