"""What PE programs carry beside their code."""

import struct
from pathlib import Path

import pytest
from tests.support.pe_images import Tree, image, version
from tests.support.trees import extract, run

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.pe import pe

TEXTS = {
    "CompanyName": "Sample Industries",
    "FileVersion": "1.2.3-rc1",
    "OriginalFilename": "sample.exe",
    "ProductName": "Sämple",
}
RESOURCES: Tree = {
    16: {1: {1033: version(TEXTS)}},
    24: {1: {0: b"<assembly/>"}},
    "TYPELIB": {"A NAME": {1031: b"typed", 1033: b"typed, too"}},
}


def test_resources_come_out_by_type_name_and_language(tmp_path: Path) -> None:
    found = extract(pe, image(resources=RESOURCES), tmp_path / "out")
    assert found.contents == {
        "resources/version/1-1033.bin": version(TEXTS),
        "resources/manifest/1-0.xml": b"<assembly/>",
        "resources/TYPELIB/A NAME-1031.bin": b"typed",
        "resources/TYPELIB/A NAME-1033.bin": b"typed, too",
    }
    facts = found.metadata
    assert facts["companyName"] == "Sample Industries"
    assert (facts["fileVersion"], facts["productVersion"]) == ("1.2.3-rc1", "1.2.3.5")
    assert (facts["originalFilename"], facts["productName"]) == ("sample.exe", "Sämple")
    assert (facts["machine"], facts["subsystem"]) == ("x86_64", "efiApplication")
    assert facts["timestamp"] == "1700000000"
    assert not found.problems


def test_certificates_and_what_is_attached(tmp_path: Path) -> None:
    data = image(certificates=((2, b"first signature"), (2, b"second"), (1, b"old")), overlay=b"an installer's archive")
    found = extract(pe, data, tmp_path / "out")
    overlay = found.contents.pop("overlay.bin")
    assert overlay.rstrip(b"\0") == b"an installer's archive"
    assert found.contents == {
        "certificate.p7b": b"first signature",
        "certificate-2.p7b": b"second",
        "certificate-3.bin": b"old",
    }
    behind = extract(pe, data + b"behind the signatures", tmp_path / "out").contents
    assert behind["overlay-2.bin"] == b"behind the signatures"


def test_a_unified_kernel_image_as_objcopy_makes_it(tmp_path: Path) -> None:
    files = {
        ".linux": b"kernel " * 99,
        ".initrd": b"initrd" * 50,
        ".cmdline": b"root=/dev/sda1",
        ".osrel": b"ID=debian\n",
    }
    (tmp_path / "stub.c").write_text("int start(void) { return 0; }")
    run("gcc", "-c", "-ffreestanding", "-fno-asynchronous-unwind-tables", "-o", tmp_path / "o", tmp_path / "stub.c")
    run("ld", "-m", "i386pep", "--subsystem", "10", "-e", "start", "-o", tmp_path / "stub.efi", tmp_path / "o")
    options = list[str]()
    for number, (name, content) in enumerate(files.items()):
        (tmp_path / name).write_bytes(content)
        options += ["--add-section", f"{name}={tmp_path / name}"]
        options += ["--change-section-vma", f"{name}=0x{0x150000000 + number * 0x100000:x}"]
    run("objcopy", *options, tmp_path / "stub.efi", tmp_path / "uki.efi")
    found = extract(pe, (tmp_path / "uki.efi").read_bytes(), tmp_path / "out")
    expected = {"linux": ".linux", "initrd": ".initrd", "cmdline.txt": ".cmdline", "os-release": ".osrel"}
    assert found.contents == {name: files[section] for name, section in expected.items()}
    with pytest.raises(Malformed, match="nothing else"):
        pe.measure((tmp_path / "stub.efi").read_bytes(), 0)


def test_the_sections_of_shim_and_grub(tmp_path: Path) -> None:
    vendor = struct.pack("<IIII", 4, 3, 16, 20) + b"certdbx"
    grub = b"".join(
        struct.pack("<II", kind, 8 + len(text)) + text for kind, text in ((0, b"\x7fELF.."), (2, b"set x=1"))
    )
    mods = b"mimg" + struct.pack("<4xQQ", 24, 24 + len(grub)) + grub
    data = image({".text": b"\xc3", ".sbat": b"sbat,1\n", ".vendor_cert": vendor, "mods": mods})
    found = extract(pe, data, tmp_path / "out")
    assert found.contents == {
        "sbat.csv": b"sbat,1\n",
        "vendor-cert.der": b"cert",
        "vendor-dbx.esl": b"dbx",
        "grub/000-module.elf": b"\x7fELF..",
        "grub/001-config.txt": b"set x=1",
    }


def test_several_sections_of_one_name(tmp_path: Path) -> None:
    data = bytearray(image({".text": b"\xc3", ".profile": b"one", ".profilX": b"two"}))
    at = data.index(b".profilX")
    data[at : at + 8] = b".profile"
    assert extract(pe, bytes(data), tmp_path / "out").contents == {"profile.txt": b"one", "profile.txt.2": b"two"}


def test_a_plain_program_is_a_leaf() -> None:
    data = image()
    for plain in (data, data + bytes(100), b"MZ" + bytes(100), data[:70], b"x" + data):
        with pytest.raises(Malformed):
            pe.measure(plain, 0)
    with pytest.raises(Malformed):
        pe.measure(image(overlay=b"more"), 1)


def test_a_tree_of_resources_in_circles_ends(tmp_path: Path) -> None:
    data = bytearray(image(resources=RESOURCES))
    at = data.index(struct.pack("<IIHHHH", 0, 0, 0, 0, 1, 2))
    struct.pack_into("<I", data, at + 16 + 4, 0x80000000)
    found = extract(pe, bytes(data), tmp_path / "out")
    assert "resources/manifest/1-0.xml" in found.contents
    assert len(found.contents) == 3


def test_damage_is_told_of_and_the_rest_comes_out(tmp_path: Path) -> None:
    data = bytearray(image(resources=RESOURCES, certificates=((2, b"signature"),)))
    struct.pack_into("<I", data, data.index(b"signature") - 8, 0xFFFFFF)
    leaf = data.index(struct.pack("<I", len(b"<assembly/>"))) - 4
    struct.pack_into("<I", data, leaf, 0x7FFFFFFF)
    found = extract(pe, bytes(data), tmp_path / "out")
    assert found.kinds == {ProblemKind.MALFORMED}
    assert len(found.problems) == 2
    assert len(found.contents) == 3
