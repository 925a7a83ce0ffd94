"""Kernels: bzImage, zImage, Image, zboot, and the configuration that they carry."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tests.support.kernels import (
    BANNER,
    CONFIG,
    IKCONFIG,
    bzimage,
    device_tree,
    flat_image,
    initramfs,
    zboot,
    zimage,
)
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.kernel_config import kernel_config
from pellucid.extractors.linux_bzimage import linux_bzimage
from pellucid.extractors.linux_image import linux_image
from pellucid.extractors.linux_zboot import linux_zboot
from pellucid.extractors.linux_zimage import linux_zimage

KERNEL = b"\x7fELF" + b"the kernel itself " * 3000


def by_tool(*command: str) -> Callable[[bytes], bytes]:
    return lambda content: run(*command, feed=content)


def alone(content: bytes) -> bytes:
    return lzma.compress(content, lzma.FORMAT_ALONE)


COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
    "lzma": alone,
    "bz2": bz2.compress,
    "lz4": by_tool("lz4", "-l", "-9", "-c"),
    "lzo": by_tool("lzop", "-9", "-c"),
}


@pytest.mark.parametrize("suffix", COMPRESSED)
def test_the_payload_of_a_bzimage(tmp_path: Path, suffix: str) -> None:
    packed = COMPRESSED[suffix](KERNEL)
    data = bzimage(packed, counted=suffix != "gz")
    assert linux_bzimage.measure(b"x" * 16 + data + b"behind", 16) == len(data)
    found = extract(linux_bzimage, data, tmp_path)
    assert found.contents == {f"payload.{suffix}": packed}
    assert found.metadata["version"] == "6.6.6 (builder@host) #1 SMP"
    assert found.metadata["protocol"] == "2.15"
    assert found.metadata["preferredAddress"] == "0x1000000"
    assert not found.problems
    assert linux_bzimage.partial


def test_certificates_behind_a_signed_kernel(tmp_path: Path) -> None:
    data = bzimage(gzip.compress(KERNEL), counted=False, signed=b"certificate" * 30)
    assert linux_bzimage.measure(data, 0) == len(data)
    assert extract(linux_bzimage, data, tmp_path).contents["signature-0.p7s"] == b"certificate" * 30


def test_an_old_kernel_does_not_say_where_its_payload_is(tmp_path: Path) -> None:
    data = bytearray(bzimage(gzip.compress(KERNEL), counted=False))
    data[0x206:0x208] = b"\x06\x02"
    found = extract(linux_bzimage, bytes(data), tmp_path)
    assert found.kinds == {ProblemKind.UNSUPPORTED}
    assert found.metadata["protocol"] == "2.06"


@pytest.mark.parametrize(("at", "value"), [(0x1FE, b"\0\0"), (0x206, b"\0\x30"), (0x1F1, b"\xff"), (0x1F4, bytes(4))])
def test_no_bzimage_by_chance(at: int, value: bytes) -> None:
    data = bytearray(bzimage(KERNEL))
    data[at : at + len(value)] = value
    with pytest.raises(Malformed):
        linux_bzimage.measure(bytes(data), 0)


@pytest.mark.parametrize("suffix", COMPRESSED)
def test_the_payload_of_a_zimage_and_its_trees(tmp_path: Path, suffix: str) -> None:
    packed = COMPRESSED[suffix](KERNEL)
    trees = [device_tree(), device_tree("/ { model = 'x'; };".replace("'", '"'))]
    data = zimage(packed, *trees)
    assert linux_zimage.measure(b"x" * 16 + data, 16) == len(data)
    found = extract(linux_zimage, data, tmp_path)
    assert found.contents == {f"payload.{suffix}": packed, "dtb-0.dtb": trees[0], "dtb-1.dtb": trees[1]}
    assert found.metadata["payloadOffset"] == "0x400"
    assert not found.problems


def test_a_zimage_of_the_other_byte_order(tmp_path: Path) -> None:
    data = zimage(gzip.compress(KERNEL), order=">")
    assert linux_zimage.measure(data, 0) == len(data)
    assert extract(linux_zimage, data, tmp_path).metadata["byteOrder"] == "big"


@pytest.mark.parametrize(("at", "value"), [(0x30, b"\0"), (0x2C, b"\0\1\0\0"), (0x2F, b"\x7f"), (0x28, b"\1")])
def test_no_zimage_by_chance(at: int, value: bytes) -> None:
    data = bytearray(zimage(KERNEL))
    data[at : at + len(value)] = value
    with pytest.raises(Malformed):
        linux_zimage.measure(bytes(data), 0)


def test_a_zimage_without_a_known_compressor(tmp_path: Path) -> None:
    found = extract(linux_zimage, zimage(b"strange" * 100), tmp_path)
    assert found.kinds == {ProblemKind.UNSUPPORTED}
    assert not found.contents


@pytest.mark.parametrize(("magic", "architecture"), [(b"ARM\x64", "arm64"), (b"RSC\x05", "riscv")])
def test_an_image_with_what_is_in_it(tmp_path: Path, magic: bytes, architecture: str) -> None:
    archive = initramfs()
    data = flat_image(BANNER + bytes(64 - len(BANNER)) + IKCONFIG + bytes(-len(IKCONFIG) % 64) + archive, magic)
    assert linux_image.measure(data, 0) == len(data)
    found = extract(linux_image, data, tmp_path)
    assert found.contents["config"] == CONFIG
    assert found.contents["initramfs.cpio"].rstrip(b"\0") == archive.rstrip(b"\0")
    assert found.metadata["architecture"] == architecture
    assert found.metadata["textOffset"] == "0x80000"
    assert found.metadata["version"] == BANNER.decode().rstrip()
    assert found.metadata.get("pageSize") == ("4K" if architecture == "arm64" else None)


@pytest.mark.parametrize("suffix", COMPRESSED)
def test_a_compressed_initramfs(tmp_path: Path, suffix: str) -> None:
    packed = COMPRESSED[suffix](initramfs())
    found = extract(linux_image, flat_image(b"070701 is only a text\0\0\0" + bytes(40) + packed + bytes(99)), tmp_path)
    assert set(found.contents) == {f"initramfs.cpio.{suffix}"}
    assert found.contents[f"initramfs.cpio.{suffix}"].startswith(packed)


def test_a_zboot_image(tmp_path: Path) -> None:
    packed = gzip.compress(KERNEL)
    data = zboot(packed)
    assert linux_zboot.measure(data, 0) == len(data)
    found = extract(linux_zboot, data, tmp_path)
    assert found.contents == {"payload.gz": packed}
    assert found.metadata["compression"] == "gzip"
    with pytest.raises(Malformed):
        linux_zboot.measure(data.replace(b"gzip", b"\1zip", 1), 0)


def test_a_configuration_between_its_marks(tmp_path: Path) -> None:
    assert kernel_config.measure(b"kernel" + IKCONFIG + b"more", 6) == len(IKCONFIG)
    assert extract(kernel_config, IKCONFIG, tmp_path).contents == {"config": CONFIG}
    for damaged in (IKCONFIG[:-1] + b"X", IKCONFIG[:60], b"IKCFG_ST" + bytes(100)):
        with pytest.raises(Malformed):
            kernel_config.measure(damaged, 0)
