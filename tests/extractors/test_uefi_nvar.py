"""AMI's store of UEFI variables."""

from pathlib import Path

import pytest
from tests.support.pc_firmware import nvar
from tests.support.trees import extract

from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.extractors.uefi_nvar import uefi_nvar
from pellucid.formats.uefi import guid

FIRST, SECOND, OWN = (f"{number:08X}-1111-2222-3333-444455556666" for number in (1, 2, 3))
SHARED = guid.raw(SECOND) + guid.raw(FIRST)
VALID, ASCII, INLINE, DATA, EXTENDED = 0x80, 0x02, 0x04, 0x08, 0x10


def test_variables_have_their_newest_value(tmp_path: Path) -> None:
    old = nvar(b"\0Setup\0old", attributes=VALID | ASCII | 1, following=20)
    newer = nvar(b"newer", attributes=VALID | DATA, following=15)
    newest = nvar(b"newest" + b"\x03\0", attributes=VALID | DATA | EXTENDED)
    deleted = nvar(b"\1Deleted\0x", attributes=ASCII)
    other = nvar(b"\1Other\0value", attributes=VALID | ASCII)
    wide = nvar(guid.raw(OWN) + "Wide\0".encode("utf-16-le") + b"w", attributes=VALID | INLINE)
    assert len(old) == 20
    assert len(newer) == 15
    data = old + newer + newest + deleted + other + wide + b"\xff" * 100 + SHARED
    found = extract(uefi_nvar, data, tmp_path / "out")
    # The extension counts its own two bytes of length, and the last byte of what was written before it.
    assert found.contents == {f"Setup-{FIRST}": b"newes", f"Other-{SECOND}": b"value", f"Wide-{OWN}": b"w"}
    assert found.entries[0].facts == {"variable": "Setup", "vendorGuid": FIRST, "attributes": "runtime"}
    assert not found.problems
    assert uefi_nvar.measure(data, 0) == len(data)


def test_chains_in_circles_and_names_without_an_end(tmp_path: Path) -> None:
    circle = nvar(b"\0Self\0x", attributes=VALID | ASCII | DATA, following=0)
    looped = nvar(b"\0Loop\0x", attributes=VALID | ASCII, following=0)
    endless = nvar(b"\0" + b"n" * 30, attributes=VALID | ASCII)
    found = extract(uefi_nvar, circle + looped + endless + SHARED, tmp_path / "out")
    assert found.contents == {f"Loop-{FIRST}": b"x"}
    assert found.kinds == {ProblemKind.MALFORMED}


def test_a_magic_by_chance_is_no_store() -> None:
    for data in (b"NVAR", b"NVAR\xff\xff" + bytes(50), b"NVAR\x0a\0" + bytes(50), b"xNVAR"):
        with pytest.raises(Malformed):
            uefi_nvar.measure(data, 0)
    with pytest.raises(Malformed):
        uefi_nvar.measure(b"x" + nvar(b"\0a\0", attributes=VALID | ASCII), 1)


def test_says_whether_secure_boot_is_in_force(tmp_path: Path) -> None:
    started = nvar(b"\0BootOrder\0\0\0", attributes=VALID | ASCII)
    key = nvar(b"\0PK\0" + b"k" * 44, attributes=VALID | ASCII)
    assert extract(uefi_nvar, started + SHARED, tmp_path / "out").metadata["secureBoot"] == "setup"
    assert extract(uefi_nvar, started + key + SHARED, tmp_path / "out").metadata["secureBoot"] == "enforced"
