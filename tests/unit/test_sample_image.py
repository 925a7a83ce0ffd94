"""The sample image: its header, and how its truth is told."""

import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from scripts.build_sample import uimage
from scripts.sample_packages import WANTED, upstream_version


@pytest.mark.parametrize(
    ("version", "upstream"),
    [
        ("1:1.2.13.dfsg-1", "1.2.13"),
        ("3.0.22-1~deb12u2", "3.0.22"),
        ("2022.83-1+deb12u3", "2022.83"),
        ("1:1.35.0-4+b3", "1.35.0"),
        ("2.36-9+deb12u10", "2.36"),
        ("2023.01+dfsg-2", "2023.01"),
        ("2:2.10-12+deb12u2", "2.10"),
    ],
)
def test_upstream_version(version: str, upstream: str) -> None:
    assert upstream_version(version) == upstream


def test_header_is_what_mkimage_reads(tmp_path: Path) -> None:
    payload = b"hsqs" + bytes(range(256)) * 8
    image = tmp_path / "image"
    image.write_bytes(uimage(payload, "amd64", "Pellucid sample router"))
    said = subprocess.run(["mkimage", "-l", image], capture_output=True, text=True, check=True).stdout
    assert "Pellucid sample router" in said
    assert "x86_64 Linux Filesystem Image" in said
    assert f"{len(payload)} Bytes" in said


def test_checksums_of_the_header() -> None:
    payload = b"some payload"
    image = uimage(payload, "arm64", "x" * 50)
    magic, header_crc = struct.unpack_from(">II", image)
    assert magic == 0x27051956
    assert header_crc == zlib.crc32(image[:4] + bytes(4) + image[8:64])
    assert struct.unpack_from(">I", image, 24)[0] == zlib.crc32(payload)
    assert image[64:] == payload


def test_the_sample_holds_products_of_router_firmware() -> None:
    products = {product for product in WANTED.values() if product}
    expected = {"busybox", "dropbear", "dnsmasq", "openssl", "lighttpd", "zlib", "curl", "hostapd", "iptables"}
    assert products == expected
