"""Verdicts on PE images that need more than one golden case."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.support.signed_pe import LIBRARY, Shape, attribute, image, signature, tlv, with_signatures

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.hardening.pe_hardening import pe_hardening
from pellucid.domain.hardening import Check, Hardening, Verdict

AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
PLAIN = image(Shape())
OTHER = ec.derive_private_key(11, ec.SECP256R1())


def verdicts(data: bytes) -> dict[str, Check]:
    (fact,) = pe_hardening(Artefact(data=data, kind="pe"))
    assert isinstance(fact, Hardening)
    return {check.name: check for check in fact.checks}


def signed(data: bytes) -> tuple[Verdict, str]:
    check = verdicts(data)["authenticode"]
    return check.verdict, check.value


def test_a_signature_by_another_key_is_refuted() -> None:
    assert signed(with_signatures(PLAIN, signature(PLAIN, key=OTHER))) == (Verdict.FAIL, "refuted")


def test_bytes_behind_the_signatures_are_not_covered() -> None:
    data = with_signatures(PLAIN, signature(PLAIN))
    assert signed(data) == (Verdict.PASS, "untimed")
    assert signed(data + b"12345678") == (Verdict.FAIL, "attached")


def test_one_good_signature_of_several_is_enough() -> None:
    other = signature(image(Shape(entry=0x1001)))
    assert signed(with_signatures(PLAIN, other)) == (Verdict.FAIL, "changed")
    assert signed(with_signatures(PLAIN, other, signature(PLAIN, stamped=AT))) == (Verdict.PASS, "valid")


def test_a_signature_inside_another_one_counts() -> None:
    inner = signature(PLAIN, stamped=AT)
    outer = signature(image(Shape(entry=0x1001)), unsigned=attribute("1.3.6.1.4.1.311.2.4.1", inner))
    assert signed(with_signatures(PLAIN, outer)) == (Verdict.PASS, "valid")


def test_a_time_stamp_of_another_signature_says_nothing() -> None:
    other = signature(PLAIN, stamped=AT, stamps=b"something else")
    assert signed(with_signatures(PLAIN, other)) == (Verdict.PASS, "untimed")


def test_firmware_does_not_ask_when_it_was_signed() -> None:
    efi = image(Shape(subsystem=10))
    late = datetime(2035, 1, 1, tzinfo=UTC)
    assert signed(with_signatures(efi, signature(efi, stamped=late))) == (Verdict.PASS, "valid")
    assert signed(with_signatures(PLAIN, signature(PLAIN, stamped=late))) == (Verdict.FAIL, "expired")


@pytest.mark.parametrize("junk", [b"", b"\0" * 64, tlv(0x30, b"")])
def test_what_cannot_be_read_is_unknown(junk: bytes) -> None:
    assert signed(with_signatures(PLAIN, junk)) == (Verdict.UNKNOWN, "unreadable")


def test_64_bit_processes_always_have_dep() -> None:
    found = verdicts(PLAIN)["dep"]
    assert (found.verdict, found.value) == (Verdict.PASS, "always")
    assert verdicts(image(Shape(bits=32)))["dep"].verdict is Verdict.FAIL


@pytest.mark.parametrize("subsystem", [0, 7, 9, 14])
def test_other_systems_are_not_asked_for_what_windows_does(subsystem: int) -> None:
    found = verdicts(image(Shape(bits=32, subsystem=subsystem)))
    assert {found[name].verdict for name in ("aslr", "dep", "cfg", "safeSeh")} == {Verdict.NOT_APPLICABLE}
    assert found["writableCode"].verdict is Verdict.PASS


def test_a_library_is_told_from_a_program() -> None:
    assert verdicts(PLAIN)["highEntropy"].value == "program"
    assert verdicts(image(Shape(flags=LIBRARY)))["highEntropy"].value == "library"


def test_an_image_without_addresses_in_it_needs_no_relocations() -> None:
    found = verdicts(image(Shape(library_flags=0x40, relocations=False)))["aslr"]
    assert (found.verdict, found.value) == (Verdict.PASS, "on")
