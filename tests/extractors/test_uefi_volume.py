"""UEFI firmware volumes: files, sections, volumes inside, and variables."""

import os
import random
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import tiano_encoder
from tests.support import uefi_images as uefi
from tests.support.trees import extract

from pellucid.domain.entry import EntryKind
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.uefi_volume import uefi_volume
from pellucid.formats.uefi import guid

PE = b"MZ" + random.Random(1).randbytes(3000)
NAMED = uefi.sections(uefi.section(0x10, PE), uefi.section(0x15, uefi.text("Sample")))
VERSION = uefi.section(0x14, struct.pack("<H", 7) + uefi.text("1.2"))


def driver(number: int, *parts: bytes, state: int = 0x07, large: bool = False) -> bytes:
    return uefi.file(uefi.module(number), uefi.DRIVER, uefi.sections(*parts), state=state, large=large)


def test_a_module_is_named_and_described(tmp_path: Path) -> None:
    depends = b"\x02" + guid.raw("26BACCB1-6F42-11D4-BCE7-0080C73C8881") + b"\x02" + guid.raw(uefi.module(5))
    expression = uefi.section(0x13, depends + b"\x03\x05\x08")
    data = uefi.volume(driver(1, expression, NAMED, VERSION), name=uefi.module(9))
    found = extract(uefi_volume, data, tmp_path / "out")
    assert found.contents == {"Sample/Sample.efi": PE}
    folder, image = found.entries
    assert (folder.name, folder.kind) == ("Sample", EntryKind.DIRECTORY)
    assert image.facts == {
        "moduleGuid": uefi.module(1),
        "fileType": "driver",
        "sectionType": "pe32",
        "uiName": "Sample",
        "version": "1.2",
        "build": "7",
        "dxeDependency": f"not (CpuArch and {uefi.module(5)})",
    }
    assert found.metadata["fileSystem"] == "FFS2"
    assert found.metadata["volumeName"] == uefi.module(9)
    assert not found.problems
    assert uefi_volume.measure(b"x" * 5 + data + b"behind", 5) == len(data)


@pytest.mark.parametrize("long", [False, True])
def test_sections_of_every_kind(tmp_path: Path, long: bool) -> None:
    kinds = {0x10: "efi", 0x11: "pic", 0x12: "te", 0x16: "com16", 0x19: "raw", 0xF0: "section-f0"}
    parts = [uefi.section(kind, PE + bytes([kind]), long=long) for kind in kinds]
    free = uefi.section(0x18, guid.raw(uefi.module(8)) + b"free", long=long)
    data = uefi.volume(uefi.file(uefi.module(1), uefi.DRIVER, uefi.sections(*parts, free)))
    found = extract(uefi_volume, data, tmp_path / "out")
    name = uefi.module(1)
    expected = {f"{name}/{name}.{suffix}": PE + bytes([kind]) for kind, suffix in kinds.items()}
    assert found.contents == expected | {f"{name}/{uefi.module(8)}.bin": b"free"}
    assert not found.problems


@pytest.mark.parametrize("large", [False, True])
def test_a_volume_inside_a_compressed_section(tmp_path: Path, large: bool) -> None:
    inner = uefi.volume(driver(1, NAMED), driver(2, NAMED), name=uefi.module(9))
    packed = uefi.defined(uefi.LZMA, uefi.alone(uefi.section(0x17, inner)))
    outer = uefi.file(uefi.module(3), uefi.VOLUME_IMAGE, packed, large=large)
    found = extract(uefi_volume, uefi.volume(outer, system=uefi.FFS3), tmp_path / "out")
    folder = uefi.module(3)
    assert found.contents == {f"{folder}/Sample/Sample.efi": PE, f"{folder}/Sample-2/Sample.efi": PE}
    assert not found.problems


def test_two_volumes_in_one_file_have_folders_of_their_own(tmp_path: Path) -> None:
    one = uefi.section(0x17, uefi.volume(driver(1, NAMED), name=uefi.module(8)))
    two = uefi.section(0x17, uefi.volume(driver(1, NAMED), name=uefi.module(9)))
    both = uefi.file(uefi.module(3), uefi.VOLUME_IMAGE, uefi.sections(one, two))
    found = extract(uefi_volume, uefi.volume(both), tmp_path / "out")
    top = uefi.module(3)
    assert set(found.contents) == {f"{top}/{uefi.module(number)}/Sample/Sample.efi" for number in (8, 9)}


def test_jump_targets_of_x86_are_turned_back(tmp_path: Path) -> None:
    noise = random.Random(3)
    code = b"".join(b"\xe8" + struct.pack("<i", noise.randrange(-5000, 5000)) + b"\x90\x90\x90" for _ in range(9000))
    content = uefi.sections(uefi.section(0x10, b"MZ" + code))
    packed = uefi.defined(uefi.LZMA_X86, uefi.alone(uefi.bcj(content)))
    found = extract(uefi_volume, uefi.volume(driver(1, packed)), tmp_path / "out")
    assert list(found.contents.values()) == [b"MZ" + code]


def test_wrappers_that_do_not_compress(tmp_path: Path) -> None:
    stored = uefi.section(1, struct.pack("<IB", len(NAMED), 0) + NAMED)
    wrapped = uefi.section(3, uefi.crc32(uefi.section(3, stored)))
    found = extract(uefi_volume, uefi.volume(driver(1, wrapped)), tmp_path / "out")
    assert found.contents == {"Sample/Sample.efi": PE}


def test_brotli_and_unknown_wrappers_are_told_of_and_kept(tmp_path: Path) -> None:
    brotli = uefi.defined("3D532050-5CDA-4FD0-879E-0F7F630D5AFB", b"packed")
    unknown = uefi.defined(uefi.module(7), b"packed")
    found = extract(uefi_volume, uefi.volume(driver(1, brotli), driver(2, unknown)), tmp_path / "out")
    assert found.kinds == {ProblemKind.MISSING, ProblemKind.UNSUPPORTED}
    assert [content[-6:] for content in found.contents.values()] == [b"packed", b"packed"]


def test_deleted_files_are_left_out_and_pads_with_content_are_not(tmp_path: Path) -> None:
    pad = uefi.file("F" * 8 + "-FFFF-FFFF-FFFF-" + "F" * 12, uefi.PAD, b"\xff" * 40)
    hidden = uefi.file("F" * 8 + "-FFFF-FFFF-FFFF-" + "F" * 12, uefi.PAD, b"hidden" * 4)
    raw = uefi.file(uefi.module(6), uefi.RAW, b"raw")
    data = uefi.volume(driver(1, NAMED, state=0x17), pad, raw, hidden, size=8192)
    found = extract(uefi_volume, data + b"\xff" * 512, tmp_path / "out")
    assert list(found.contents.values()) == [b"raw", b"hidden" * 4]
    assert next(iter(found.contents)) == f"{uefi.module(6)}.raw"
    written = bytearray(data)
    written[-200:-100] = b"behind the free space" + bytes(79)
    found = extract(uefi_volume, bytes(written), tmp_path / "out")
    assert b"behind the free space" in next(reversed(found.contents.values()))


def test_a_damaged_header_costs_one_file(tmp_path: Path) -> None:
    data = bytearray(uefi.volume(*(driver(number, NAMED) for number in range(1, 6))))
    data[data.index(guid.raw(uefi.module(3))) + 5] ^= 1
    found = extract(uefi_volume, bytes(data), tmp_path / "out")
    names = [name for name in found.contents if name.endswith(".efi")]
    assert names == ["Sample/Sample.efi", *(f"Sample-{number}/Sample.efi" for number in (2, 3, 4))]
    assert found.kinds == {ProblemKind.MALFORMED}
    assert any(PE in content for name, content in found.contents.items() if name.startswith("unused"))


def test_a_wrong_checksum_of_a_file_is_a_problem(tmp_path: Path) -> None:
    data = bytearray(uefi.volume(driver(1, NAMED)))
    data[data.index(PE) + 100] ^= 1
    found = extract(uefi_volume, bytes(data), tmp_path / "out")
    assert found.problems == [(ProblemKind.MALFORMED, "Sample: its checksum differs")]
    assert len(found.contents["Sample/Sample.efi"]) == len(PE)


def test_damage_inside_a_compressed_section_leaves_the_rest(tmp_path: Path) -> None:
    packed = bytearray(uefi.alone(NAMED))
    packed[-200:] = bytes(200)
    data = uefi.volume(driver(1, uefi.defined(uefi.LZMA, bytes(packed))), driver(2, NAMED))
    found = extract(uefi_volume, data, tmp_path / "out")
    assert found.contents["Sample/Sample.efi"] == PE
    assert ProblemKind.MALFORMED in found.kinds


def test_volumes_in_volumes_end_as_an_artefact_of_their_own(tmp_path: Path) -> None:
    data = uefi.volume(driver(1, NAMED))
    for number in range(20):
        data = uefi.volume(uefi.file(uefi.module(number), uefi.VOLUME_IMAGE, uefi.section(0x17, data)))
    found = extract(uefi_volume, data, tmp_path / "out")
    assert not found.problems
    assert [name.rpartition("/")[2] for name in found.contents] == [f"{uefi.module(11)}.fv"]
    assert uefi_volume.measure(found.contents[next(iter(found.contents))], 0) > len(PE)
    deep = NAMED
    for _ in range(30):
        deep = uefi.section(3, deep)
    found = extract(uefi_volume, uefi.volume(driver(1, deep)), tmp_path / "out")
    assert found.kinds == {ProblemKind.UNSUPPORTED}


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    packed = bytearray(uefi.alone(bytes(1 << 20)))
    packed[5:13] = struct.pack("<Q", 1 << 40)
    found = extract(uefi_volume, uefi.volume(driver(1, uefi.defined(uefi.LZMA, bytes(packed)))), tmp_path / "out")
    assert found.kinds == {ProblemKind.MALFORMED}
    assert sum(map(len, found.contents.values())) < 4096


@pytest.mark.parametrize(("at", "value"), [(32, 1), (40, 0), (48, 20), (50, 0), (55, 9)])
def test_a_magic_by_chance_is_no_volume(at: int, value: int) -> None:
    data = bytearray(uefi.volume(driver(1, NAMED)))
    data[at] = value
    with pytest.raises(Malformed):
        uefi_volume.measure(bytes(data), 0)


def test_variables_and_what_became_of_them(tmp_path: Path) -> None:
    time = struct.pack("<HBBBBB9x", 2023, 11, 14, 22, 13, 20)
    body = uefi.store(
        uefi.variable("Lang", b"old", state=0x3C),
        uefi.variable("Lang", b"eng"),
        uefi.variable("half/written", b"nothing", state=0x7F),
        uefi.variable("Replaced", b"still there", state=0x3E),
        uefi.variable("db", b"certificate", vendor="D719B2CB-3D3A-4596-A3BC-DAD00E67656F", time=time),
    )
    found = extract(uefi_volume, nv_volume(body), tmp_path / "out")
    assert found.contents == {
        f"Lang-{uefi.GLOBAL}": b"eng",
        f"Replaced-{uefi.GLOBAL}": b"still there",
        "db-D719B2CB-3D3A-4596-A3BC-DAD00E67656F": b"certificate",
    }
    facts = found.entries[-1].facts
    assert facts["attributes"] == "nonVolatile, bootService, runtime"
    assert (facts["vendor"], facts["state"]) == ("ImageSecurityDatabase", "added")
    assert found.entries[-1].mtime == 1_700_000_000
    assert not found.problems


@pytest.mark.parametrize(("key", "said"), [(True, "enforced"), (False, "setup")])
def test_says_whether_secure_boot_is_in_force(tmp_path: Path, key: bool, said: str) -> None:
    platform = uefi.signature_list(b"k" * 16, b"certificate")
    variables = [uefi.variable("MTC", b"1234"), *([uefi.variable("PK", platform)] if key else [])]
    found = extract(uefi_volume, nv_volume(uefi.store(*variables)), tmp_path / "out")
    assert found.metadata["secureBoot"] == said
    assert not key or found.contents[f"PK-{uefi.GLOBAL}"] == platform


def test_variables_without_authentication_and_the_spare_area(tmp_path: Path) -> None:
    body = uefi.store(uefi.standard_variable("Boot0000", b"entry"), kind=uefi.STANDARD)
    working = guid.raw("9E58292B-7C68-497D-A0CE-6500FD9F1B95") + struct.pack("<IB3xQ", 0, 0xFE, 64) + b"\xff" * 64
    found = extract(uefi_volume, nv_volume(body + working + b"left over"), tmp_path / "out")
    assert found.contents[f"Boot0000-{uefi.GLOBAL}"] == b"entry"
    assert found.contents["fault-tolerant-write.bin"].startswith(b"left over")
    found = extract(uefi_volume, nv_volume(body + working), tmp_path / "out")
    assert list(found.contents) == [f"Boot0000-{uefi.GLOBAL}"]


def test_a_variable_that_is_longer_than_its_store_ends_it(tmp_path: Path) -> None:
    broken = bytearray(uefi.variable("Broken", b"value"))
    broken[40:44] = b"\xff\xff\xff\x7f"
    body = uefi.store(uefi.variable("Lang", b"eng"), bytes(broken))
    found = extract(uefi_volume, nv_volume(body), tmp_path / "out")
    assert list(found.contents) == [f"Lang-{uefi.GLOBAL}"]
    assert found.kinds == {ProblemKind.MALFORMED}


def nv_volume(body: bytes) -> bytes:
    """A volume whose content is no files."""
    plain = uefi.volume(system=uefi.NV_DATA, size=72 + len(body))
    return plain[:72] + body + plain[72 + len(body) :]


@pytest.mark.parametrize("version", [tiano_encoder.EFI, tiano_encoder.TIANO])
def test_the_standard_compression_in_both_variants(tmp_path: Path, version: int) -> None:
    content = uefi.sections(uefi.section(0x10, PE * 5), uefi.section(0x15, uefi.text("Sample")))
    packed = uefi.section(1, struct.pack("<IB", len(content), 1) + tiano_encoder.encode(content, version))
    found = extract(uefi_volume, uefi.volume(driver(1, packed)), tmp_path / "out")
    assert found.contents == {"Sample/Sample.efi": PE * 5}
    custom = uefi.defined("A31280AD-481E-41B6-95E8-127F4C984779", tiano_encoder.encode(content, tiano_encoder.TIANO))
    found = extract(uefi_volume, uefi.volume(driver(1, custom)), tmp_path / "out")
    assert found.contents == {"Sample/Sample.efi": PE * 5}


needs_corpus = pytest.mark.skipif(not os.environ.get("PELLUCID_CORPUS"), reason="PELLUCID_CORPUS is not set")
COUNTS = [("OVMF.fd", 127, 0), ("OVMF_CODE_4M.secboot.fd", 136, 0), ("AAVMF_QEMU_EFI.fd", 96, 10)]


@pytest.mark.corpus
@needs_corpus
@pytest.mark.parametrize(("name", "pe_images", "te_images"), COUNTS)
def test_all_modules_of_real_firmware(tmp_path: Path, name: str, pe_images: int, te_images: int) -> None:
    names = list(_modules(tmp_path, name))
    assert sum(module.endswith(".efi") for module in names) == pe_images
    assert sum(module.endswith(".te") for module in names) == te_images


@pytest.mark.corpus
@needs_corpus
def test_the_variables_of_secure_boot(tmp_path: Path) -> None:
    names = {name.rpartition("!")[2].split("-")[0] for name in _modules(tmp_path, "OVMF_VARS_4M.ms.fd")}
    assert {"PK", "KEK", "db", "dbx"} <= names


def _modules(folder: Path, name: str) -> Iterator[str]:
    """Names of what comes out of each volume of an image; nothing may fail."""
    data = (Path(os.environ["PELLUCID_CORPUS"]) / name).read_bytes()
    at = data.find(b"_FVH")
    while at >= 0:
        start = at - 40
        length = uefi_volume.measure(data, start)
        found = extract(uefi_volume, data[start : start + length], folder / f"{start:x}")
        assert not found.problems
        yield from found.contents
        at = data.find(b"_FVH", start + length)


def test_what_else_stands_behind_a_store_of_variables_comes_out(tmp_path: Path) -> None:
    body = uefi.store(uefi.standard_variable("Boot0000", b"entry"), kind=uefi.STANDARD)
    found = extract(uefi_volume, nv_volume(body + b"another store" * 9), tmp_path / "out")
    assert found.contents["behind-store.bin"].startswith(b"another store" * 9)
