"""Small valid boot images, kernels, text records and containers, to be mutated."""

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Mapping, Sequence

from tests.support import git_packs
from tests.support.android_images import ota_payload, vbmeta, vendor_boot_v4
from tests.support.container_images import docker, tar_of
from tests.support.kernels import IKCONFIG, bzimage, device_tree, elf_program, flat_image, initramfs, zboot, zimage

CONTENT = b"a little content, " * 60 + bytes(range(256))


HEX = b":020000040800F2\r\n:0400000001020304F2\r\n:0400100005060708D2\r\n:04000005080000816E\r\n:00000001FF\r\n"
SREC = b"S0030000FC\nS107000001020304EE\nS107001005060708CE\nS5030002FA\nS9030000FC\n"


def inputs() -> dict[str, bytes]:
    """By the extractor's name."""
    return {
        "container_image": docker({"a:1": [tar_of({"a/b": b"1", "c": CONTENT}), tar_of({"a/.wh.b": b"", "c": b"2"})]}),
        "linux_bzimage": bzimage(gzip.compress(CONTENT), counted=False, signed=CONTENT),
        "linux_zimage": zimage(lzma.compress(CONTENT), device_tree()),
        "linux_image": flat_image(IKCONFIG + bytes(-len(IKCONFIG) % 64) + initramfs() + gzip.compress(initramfs())),
        "linux_zboot": zboot(gzip.compress(CONTENT)),
        "kernel_config": IKCONFIG,
        "elf": elf_program(IKCONFIG, section="__ksymtab") + CONTENT,
        "android_boot": vendor_boot_v4({"a": (1, CONTENT), "b": (3, CONTENT)}, CONTENT, b"a=b\n"),
        "android_vbmeta": vbmeta(),
        "intel_hex": HEX,
        "srec": SREC,
        "uf2": uf2_file({0xE48BFF56: (0x10000000, CONTENT), 1: (0x2000, CONTENT)}),
        "git_object": zlib.compress(b"blob 9\0some text"),
        "git_pack": git_packs.pack(git_packs.history()),
        "uboot_env": environment(b"bootcmd=run x\0ethaddr=00:11\0\0".ljust(4092, b"\xff")),
        "android_ota": ota_payload(
            {"boot": ([(1, 0, 1, bz2.compress(CONTENT * 3)), (8, 1, 1, lzma.compress(CONTENT * 3))], b"other")}
        ),
        "dtb": device_tree(),
        "dtbo": table_of_trees([device_tree()], 1),
        "trx": trx_image([b"kernel" * 10, CONTENT]),
    }


def trx_image(parts: Sequence[bytes], version: int = 1) -> bytes:
    """Partitions on multiples of 64 bytes behind the header."""
    slots = {1: 3, 2: 4}[version]
    body, offsets = b"", []
    for part in parts:
        offsets.append(64 + len(body))
        body += part + bytes(-len(part) % 64)
    rest = struct.pack(f"<HH{slots}I", 0, version, *offsets, *[0] * (slots - len(parts)))
    rest += bytes(64 - 12 - len(rest)) + body
    return struct.pack("<4sII", b"HDR0", 12 + len(rest), zlib.crc32(rest) ^ 0xFFFFFFFF) + rest


def uf2_file(families: Mapping[int, tuple[int, bytes]]) -> bytes:
    """Blocks of 256 bytes; `families`: number -> (address, content)."""
    blocks = b""
    for family, (address, content) in families.items():
        count = -(-len(content) // 256)
        for number in range(count):
            body = content[number * 256 : (number + 1) * 256].ljust(476, b"\0")
            head = struct.pack("<6I", 0x2000, address + number * 256, 256, number, count, family)
            blocks += b"UF2\n\x57\x51\x5d\x9e" + head + body + struct.pack("<I", 0x0AB16F30)
    return blocks


def environment(area: bytes) -> bytes:
    return struct.pack("<I", zlib.crc32(area)) + area


def small_fit() -> bytes:
    return device_tree("/ { images { kernel { data = [01 02]; }; }; };")


def table_of_trees(trees: Sequence[bytes], version: int) -> bytes:
    """A table with an entry for each tree, and one more for the first of them."""
    at, places = 32 * (len(trees) + 2), []
    for tree in trees:
        places.append((len(tree), at))
        at += len(tree)
    rows = b"".join(
        struct.pack(">8I", *place, 0x10 + number, 3, 0, 0, 0, 0) for number, place in enumerate([*places, places[0]])
    )
    head = struct.pack(">4s7I", b"\xd7\xb7\xab\x1e", at, 32, 32, len(trees) + 1, 32, 2048, version)
    return head + rows + b"".join(trees)
