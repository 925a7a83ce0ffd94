"""FIT images, with their data inside and behind the tree, as mkimage makes them; plain device trees."""

import hashlib
import struct
from pathlib import Path

import pytest
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.fit import fit
from pellucid.formats import fdt

KERNEL, RAMDISK = b"kernel " * 3000, b"ramdisk" * 101
SOURCE = """/dts-v1/;
/ {
    description = "Sample FIT"; #address-cells = <1>;
    images {
        kernel-1 { description = "Linux"; data = /incbin/("kernel"); type = "kernel"; arch = "arm"; os = "linux";
            compression = "none"; load = <0x8000>; entry = <0x8040>;
            hash-1 { algo = "sha256"; }; hash-2 { algo = "crc32"; }; };
        ramdisk-1 { data = /incbin/("ramdisk"); type = "ramdisk"; arch = "arm"; os = "linux"; compression = "none";
            hash-1 { algo = "sha1"; }; };
    };
    configurations { default = "conf-1"; conf-1 { kernel = "kernel-1"; ramdisk = "ramdisk-1"; }; };
};
"""
PLAIN = '/dts-v1/; / { model = "Board"; compatible = "acme,board", "acme,soc"; cpus { cpu@0 { reg = <0>; }; }; };'


def made(folder: Path, *options: str) -> bytes:
    (folder / "kernel").write_bytes(KERNEL)
    (folder / "ramdisk").write_bytes(RAMDISK)
    (folder / "x.its").write_text(SOURCE)
    run("mkimage", *options, "-f", "x.its", "x.itb", cwd=folder)
    return (folder / "x.itb").read_bytes()


def device_tree() -> bytes:
    return run("dtc", "-q", "-I", "dts", "-O", "dtb", "-o", "-", feed=PLAIN.encode())


@pytest.mark.parametrize("options", [(), ("-E",), ("-E", "-p", "0x1000")], ids=["inside", "behind", "at a position"])
def test_images_and_what_is_said_about_them(tmp_path: Path, options: tuple[str, ...]) -> None:
    data = made(tmp_path, *options)
    found = extract(fit, data, tmp_path / "out")
    assert found.contents == {"kernel-1": KERNEL, "ramdisk-1": RAMDISK}
    assert not found.problems
    facts = found.metadata
    assert (facts["description"], facts["kernel-1.os"], facts["kernel-1.load"]) == ("Sample FIT", "linux", "0x8000")
    assert facts["kernel-1.sha256"] == hashlib.sha256(KERNEL).hexdigest()
    assert (facts["configurations.default"], facts["configurations.conf-1"]) == (
        "conf-1",
        "kernel=kernel-1 ramdisk=ramdisk-1",
    )
    for before in (b"", b"x", b"xxxx"):
        measured = fit.measure(before + data + b"behind", len(before))
        assert len(data) - 3 <= measured <= len(data)


@pytest.mark.parametrize("options", [(), ("-E",)], ids=["inside", "behind"])
def test_data_that_differs_from_its_hash_is_a_problem(tmp_path: Path, options: tuple[str, ...]) -> None:
    data = made(tmp_path, *options).replace(b"kernel kernel", b"kernel KERNEL", 1)
    found = extract(fit, data, tmp_path / "out")
    assert found.problems == [(ProblemKind.MALFORMED, "kernel-1: crc32, sha256 differ from the data")]
    assert len(found.contents["kernel-1"]) == len(KERNEL)


def test_data_that_is_cut_off_is_kept(tmp_path: Path) -> None:
    data = made(tmp_path, "-E")
    found = extract(fit, data[:-400], tmp_path / "out")
    assert ProblemKind.TRUNCATED in found.kinds
    assert RAMDISK.startswith(found.contents["ramdisk-1"])
    assert fit.measure(data[:-400], 0) > len(data) - 400


def test_a_plain_device_tree_is_a_leaf(tmp_path: Path) -> None:
    data = device_tree()
    assert not fdt.is_fit(data)
    assert fdt.is_fit(made(tmp_path))
    with pytest.raises(Malformed):
        fit.measure(data, 0)
    tree = fdt.Tree(b"odd" + data, 3)
    assert tree.text(tree.root, "model") == "Board"
    assert tree.texts(tree.root, "compatible") == ["acme,board", "acme,soc"]
    assert tree.root.children["cpus"].children["cpu@0"].properties["reg"][1] == 4


@pytest.mark.parametrize(("at", "value"), [(4, 10), (8, 1 << 30), (12, 1 << 30), (20, 3), (36, 1 << 30)])
def test_a_header_that_lies_is_refused(at: int, value: int) -> None:
    data = bytearray(device_tree())
    struct.pack_into(">I", data, at, value)
    with pytest.raises(Malformed):
        fdt.Tree(bytes(data))


def test_a_tree_too_deep_is_refused() -> None:
    begin = struct.pack(">I", 1) + b"n\0\0\0"
    structure = begin * 200 + struct.pack(">I", 2) * 200 + struct.pack(">I", 9)
    header = struct.pack(">4s9I", fdt.MAGIC, 56 + len(structure), 56, 56, 40, 17, 16, 0, 0, len(structure))
    with pytest.raises(Malformed, match="too deep"):
        fdt.Tree(header + bytes(16) + structure)


SIGNED = """/dts-v1/;
/ {
    description = "Signed FIT"; #address-cells = <1>;
    images { kernel-1 { description = "Linux"; data = "kernel"; type = "kernel"; arch = "arm"; os = "linux";
        compression = "none"; load = <0x8000>; entry = <0x8040>; hash-1 { algo = "sha256"; }; }; };
    configurations { default = "conf-1"; conf-2 { kernel = "kernel-1"; }; conf-1 { kernel = "kernel-1";
        signature { algo = "sha256,rsa2048"; key-name-hint = "dev"; sign-images = "kernel"; }; }; };
};
"""


def test_it_is_told_how_configurations_are_signed(tmp_path: Path) -> None:
    request = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=dev")
    run(*request, "-keyout", "dev.key", "-out", "dev.crt", cwd=tmp_path)
    (tmp_path / "x.its").write_text(SIGNED)
    run("mkimage", "-k", ".", "-f", "x.its", "x.itb", cwd=tmp_path)
    facts = extract(fit, (tmp_path / "x.itb").read_bytes(), tmp_path / "out").metadata
    assert facts["signatures.conf-1"] == "sha256,rsa2048 with dev over kernel"
    assert "signatures.conf-2" not in facts
