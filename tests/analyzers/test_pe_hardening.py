"""Verdicts on PE images that need more than one golden case."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from tests.support.signed_pe import LIBRARY, Shape, attribute, image, signature, tlv, with_signatures

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import message_signers
from pellucid.analyzers.hardening.pe_hardening import pe_hardening
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.formats import cms

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


def test_a_countersignature_tells_the_time() -> None:
    assert signed(with_signatures(PLAIN, signature(PLAIN, countersigned=AT))) == (Verdict.PASS, "valid")
    late = datetime(2031, 1, 1, tzinfo=UTC)
    assert signed(with_signatures(PLAIN, signature(PLAIN, countersigned=late))) == (Verdict.FAIL, "expired")


@pytest.mark.parametrize("same", [True, False])
def test_a_certificate_that_its_issuer_did_not_make_breaks_the_chain(same: bool) -> None:
    issuer, leaf = (ec.derive_private_key(number, ec.SECP256R1()) for number in (13, 17))
    known = x509.SubjectKeyIdentifier(b"k" * 20)
    named = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(known)
    above = made("Issuer", "Issuer", issuer if same else OTHER, issuer if same else OTHER, known)
    certificate = made("Somebody", "Issuer", leaf, issuer, named)
    message = cms.Message(kind=cms.SIGNED, content="", start=0, end=0, certificates=(above.public_bytes(Encoding.DER),))
    chain, sound = message_signers.chain_of(certificate, message)
    assert (len(chain), sound) == ((2, True) if same else (1, False))


def made(
    name: str, issuer: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, extra: x509.ExtensionType
) -> x509.Certificate:
    subject, above = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in (name, issuer))
    ends = datetime(2030, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(above, subject, key.public_key(), 7, AT, ends)
    return builder.add_extension(extra, critical=False).sign(by, hashes.SHA256())


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
