"""Small valid boot images, kernels, text records and containers, to be mutated."""

import gzip
import lzma
import struct
import zlib
from collections.abc import Sequence

from tests.support.android_images import vbmeta, vendor_boot_v4
from tests.support.container_images import docker, tar_of
from tests.support.kernels import IKCONFIG, bzimage, device_tree, elf_program, flat_image, initramfs, zboot, zimage

CONTENT = b"a little content, " * 60 + bytes(range(256))


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
