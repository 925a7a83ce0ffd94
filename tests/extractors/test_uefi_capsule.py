"""Capsules of firmware updates."""

from pathlib import Path

import pytest
from tests.support import pc_firmware as pc
from tests.support.trees import extract

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.uefi_capsule import uefi_capsule

CONTENT = b"firmware " * 300
EFI2, TOSHIBA = "3B6686BD-0D76-4030-B70E-B5519E2FC5A0", "3BE07062-1D51-45D2-832B-F093257ED461"
AMI = "4A3CA68B-7723-48FB-803D-578CC1FEC44D"


@pytest.mark.parametrize(("kind", "swapped"), [(EFI2, False), (TOSHIBA, True)])
def test_the_firmware_comes_out(tmp_path: Path, kind: str, swapped: bool) -> None:
    data = pc.capsule(kind, CONTENT, swapped=swapped)
    found = extract(uefi_capsule, data, tmp_path / "out")
    assert found.contents == {"firmware.bin": CONTENT}
    assert (found.metadata["capsuleGuid"], found.metadata["flags"]) == (kind, "0x00050000")
    assert uefi_capsule.measure(b"x" + data + b"behind", 1) == len(data)


def test_an_ami_capsule_has_its_firmware_behind_a_longer_header(tmp_path: Path) -> None:
    data = bytearray(pc.capsule(AMI, b"certificate".ljust(32) + CONTENT))
    data[28:30] = (64).to_bytes(2, "little")
    assert extract(uefi_capsule, bytes(data), tmp_path / "out").contents == {"firmware.bin": CONTENT}


@pytest.mark.parametrize("version", [1, 2, 3])
def test_drivers_payloads_and_signatures(tmp_path: Path, version: int) -> None:
    signed = pc.payload(CONTENT, signature=b"pkcs 7", vendor=b"vendor code", version=version)
    body = pc.managed((b"MZ driver",), (signed, pc.payload(b"plain", version=version)))
    found = extract(uefi_capsule, pc.capsule(pc.MANAGEMENT, body), tmp_path / "out")
    assert found.contents == {
        "driver-0.efi": b"MZ driver",
        "payload-0.p7b": b"pkcs 7",
        "payload-0.bin": CONTENT,
        "payload-0-vendor.bin": b"vendor code",
        "payload-1.bin": b"plain",
    }
    facts = next(entry.facts for entry in found.entries if entry.name == "payload-0.bin")
    assert facts["version"] == "0x00010002"
    assert facts["monotonicCount"] == "7"
    assert facts["imageType"] == "00000001-1111-2222-3333-444455556666"


def test_damage_gives_the_firmware_as_it_is(tmp_path: Path) -> None:
    body = bytearray(pc.managed((), (pc.payload(CONTENT),)))
    body[16] = 9
    found = extract(uefi_capsule, pc.capsule(pc.MANAGEMENT, bytes(body)), tmp_path / "out")
    assert found.contents == {"payload-0.bin": bytes(body[16:])}
    body[:4] = b"\xff" * 4
    found = extract(uefi_capsule, pc.capsule(pc.MANAGEMENT, bytes(body)), tmp_path / "out")
    assert found.contents == {"firmware.bin": bytes(body)}
    assert found.kinds == {ProblemKind.MALFORMED}


@pytest.mark.parametrize("at", [0, 16, 19, 24])
def test_a_known_guid_by_chance_is_no_capsule(at: int) -> None:
    data = bytearray(pc.capsule(EFI2, CONTENT))
    data[at : at + 4] = bytes(4) if at != 19 else b"\xff" * 4
    with pytest.raises(Malformed):
        uefi_capsule.measure(bytes(data), 0)
