"""Android boot images as mkbootimg makes them, and the newer ones that Debian's does not know."""

from pathlib import Path

import pytest
from tests.support.android_images import boot_v4, paged, vbmeta, vendor_boot_v4, with_footer
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.android_boot import android_boot
from pellucid.extractors.android_vbmeta import android_vbmeta

KERNEL, RAMDISK, SECOND, TREE, OVERLAY = (name * 700 for name in (b"kernel", b"ramdisk", b"second", b"tree", b"dtbo"))


def made(folder: Path, version: int, **parts: bytes) -> bytes:
    options: list[str | Path] = ["--header_version", str(version), "--cmdline", "console=ttyS0 quiet"]
    options += ["--os_version", "11.0.2", "--os_patch_level", "2021-03", "--board", "sample"]
    for name, content in parts.items():
        (folder / name).write_bytes(content)
        options += [f"--{name}", folder / name]
    run("mkbootimg", *options, "-o", folder / "boot.img")
    return (folder / "boot.img").read_bytes()


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_parts_and_facts(tmp_path: Path, version: int) -> None:
    parts = {"kernel": KERNEL, "ramdisk": RAMDISK}
    if version < 3:
        parts["second"] = SECOND
    if version == 2:
        parts["dtb"] = TREE
    data = made(tmp_path, version, **parts)
    assert android_boot.measure(b"x" * 9 + data + b"behind", 9) == len(data)
    found = extract(android_boot, data, tmp_path / "out")
    assert found.contents == parts
    assert not found.problems
    expected = {"headerVersion": str(version), "cmdline": "console=ttyS0 quiet"}
    expected |= {"osVersion": "11.0.2", "patchLevel": "2021-03"}
    assert found.metadata.items() >= expected.items()
    assert found.metadata.get("name") == ("sample" if version < 3 else None)
    assert android_boot.measure(data.rstrip(b"\0"), 0) == len(data.rstrip(b"\0"))


def test_the_overlays_of_recovery(tmp_path: Path) -> None:
    """Debian's mkbootimg cannot add them: it divides an offset to a fraction."""
    data = bytearray(made(tmp_path, 1, kernel=KERNEL, ramdisk=RAMDISK)) + paged(OVERLAY, 2048)
    data[1632:1636] = len(OVERLAY).to_bytes(4, "little")
    assert android_boot.measure(bytes(data), 0) == len(data)
    found = extract(android_boot, bytes(data), tmp_path / "out")
    assert found.contents == {"kernel": KERNEL, "ramdisk": RAMDISK, "recovery_dtbo": OVERLAY}


def test_version_4(tmp_path: Path) -> None:
    data = boot_v4(KERNEL, RAMDISK, b"signed" * 30)
    assert android_boot.measure(data + bytes(99), 0) == len(data)
    found = extract(android_boot, data, tmp_path)
    assert found.contents == {"kernel": KERNEL, "ramdisk": RAMDISK, "signature": b"signed" * 30}
    assert found.metadata["osVersion"] == "14.1.2"
    assert found.metadata["patchLevel"] == "2024-05"


def test_the_ramdisks_of_a_vendor(tmp_path: Path) -> None:
    ramdisks = {"": (1, RAMDISK), "recovery": (2, SECOND), "modules": (3, KERNEL)}
    data = vendor_boot_v4(ramdisks, TREE, b"androidboot.mode=normal\n")
    assert android_boot.measure(data, 0) == len(data)
    found = extract(android_boot, data, tmp_path)
    assert found.contents == {
        "vendor_ramdisk.0.platform": RAMDISK,
        "vendor_ramdisk.1.recovery": SECOND,
        "vendor_ramdisk.2.modules": KERNEL,
        "dtb": TREE,
        "bootconfig": b"androidboot.mode=normal\n",
    }
    assert {entry.facts.get("type") for entry in found.entries} == {"platform", "recovery", "dlkm", None}
    assert found.metadata["cmdline"] == "console=ttyS0"


def test_a_table_that_lies_leaves_the_ramdisk_whole(tmp_path: Path) -> None:
    data = bytearray(vendor_boot_v4({"a": (1, RAMDISK)}, TREE, b""))
    at = data.index(b"a" + bytes(31)) - 12
    data[at : at + 4] = b"\xff" * 4
    found = extract(android_boot, bytes(data), tmp_path)
    assert found.contents["vendor_ramdisk"] == RAMDISK


def test_a_vendor_image_of_version_3(tmp_path: Path) -> None:
    for name, content in (("ramdisk", RAMDISK), ("dtb", TREE)):
        (tmp_path / name).write_bytes(content)
    options: list[str | Path] = [
        "--header_version",
        "3",
        "--vendor_cmdline",
        "quiet",
        "--vendor_ramdisk",
        tmp_path / "ramdisk",
    ]
    run("mkbootimg", *options, "--dtb", tmp_path / "dtb", "--vendor_boot", tmp_path / "vendor.img")
    data = (tmp_path / "vendor.img").read_bytes()
    assert android_boot.measure(data, 0) == len(data)
    found = extract(android_boot, data, tmp_path / "out")
    assert found.contents == {"vendor_ramdisk": RAMDISK, "dtb": TREE}
    assert found.metadata["cmdline"] == "quiet"


def test_a_partition_with_verified_boot(tmp_path: Path) -> None:
    meta = vbmeta()
    data = with_footer(boot_v4(KERNEL, RAMDISK, b""), meta, 1 << 17)
    assert android_boot.measure(data, 0) == len(data)
    found = extract(android_boot, data, tmp_path)
    assert found.contents == {"kernel": KERNEL, "ramdisk": RAMDISK, "vbmeta": meta}
    assert android_vbmeta.measure(b"xy" + meta + b"behind", 2) == len(meta)
    below = extract(android_vbmeta, meta, tmp_path)
    assert below.contents == {"public_key.bin": b"public key" * 10, "signature.bin": b"signed" * 20}
    assert below.metadata == {
        "algorithm": "SHA256_RSA4096",
        "rollbackIndex": "7",
        "flags": "0x0",
        "release": "avbtool 1.3.0",
        "hash.boot": "sha256 " + bytes(range(32)).hex(),
        "chain.system": "rollbackIndexLocation 3",
        "cmdline.2": 'dm="1 x"',
        "property.os.versio": "14",
    }


def test_a_cut_image_keeps_what_is_there(tmp_path: Path) -> None:
    data = made(tmp_path, 0, kernel=KERNEL, ramdisk=RAMDISK)
    cut = data[: data.index(RAMDISK) + 100]
    assert android_boot.measure(cut, 0) > len(cut)
    found = extract(android_boot, cut, tmp_path / "out")
    assert found.kinds == {ProblemKind.TRUNCATED}
    assert found.contents == {"kernel": KERNEL, "ramdisk": RAMDISK[:100]}


@pytest.mark.parametrize(("at", "value"), [(36, b"\7"), (8, bytes(4))])
def test_impossible_headers(tmp_path: Path, at: int, value: bytes) -> None:
    data = bytearray(made(tmp_path, 0, kernel=KERNEL))
    data[at : at + len(value)] = value
    with pytest.raises(Malformed):
        android_boot.measure(bytes(data), 0)


@pytest.mark.parametrize(
    ("at", "value"), [(7, b"\2"), (19, b"\1"), (31, b"\x63"), (96, b"\xff"), (48, b"\xff"), (20, b"\xff")]
)
def test_no_vbmeta_by_chance(at: int, value: bytes) -> None:
    data = bytearray(vbmeta())
    data[at : at + len(value)] = value
    with pytest.raises(Malformed):
        android_vbmeta.measure(bytes(data), 0)
