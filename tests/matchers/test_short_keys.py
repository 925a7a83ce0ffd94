"""Keys that are too short."""

import pytest
from tests.matchers.inventories import asset, findings, inventory
from tests.matchers.keys_and_certificates import anchors, certificate
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.finding import FindingType
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.known_keys import self_test_keys
from pellucid.matchers.short_keys import short_keys

NOTHING = Statements()


def key(algorithm: str, bits: int) -> CryptoAsset:
    return asset(CryptoKind.PUBLIC_KEY, "aa", algorithm=algorithm, key_bits=bits)


@pytest.mark.parametrize(
    ("algorithm", "bits", "severity"),
    [
        ("RSA", 2047, Severity.MEDIUM),
        ("RSA", 512, Severity.HIGH),
        ("DSA", 1024, Severity.MEDIUM),
        ("EC secp192r1", 192, Severity.MEDIUM),
        ("ECDSA", 112, Severity.HIGH),
    ],
)
def test_a_short_key_is_reported(algorithm: str, bits: int, severity: Severity) -> None:
    (finding,) = findings(short_keys(inventory(assets=(key(algorithm, bits),)), NOTHING))
    assert (finding.severity, finding.subtype, finding.type) == (severity, "key", FindingType.CRYPTOGRAPHIC_ASSET)
    assert finding.title == f"{algorithm} key of etc/key has {bits} bits"


@pytest.mark.parametrize(
    ("algorithm", "bits"),
    [("RSA", 2048), ("RSA", 0), ("EC P-224", 224), ("Ed25519", 256), ("X25519", 256), ("ML-KEM-512", 0), ("AES", 128)],
)
def test_a_key_that_is_long_enough_or_of_no_chosen_length_is_not(algorithm: str, bits: int) -> None:
    assert findings(short_keys(inventory(assets=(key(algorithm, bits),)), NOTHING)) == []


def test_certificate_private_and_public_key_of_a_pair_are_one_finding() -> None:
    assets = (
        asset(CryptoKind.PRIVATE_KEY, "key of a", "etc/a.key", key_bits=1024),
        certificate("a", "etc/a.pem", key_bits=1024),
        asset(CryptoKind.PUBLIC_KEY, "key of a", "etc/a.pub", key_bits=1024),
    )
    (finding,) = findings(short_keys(inventory(assets=assets), NOTHING))
    assert {place.artefact for place in finding.evidence} == {"etc/a.key", "etc/a.pem", "etc/a.pub"}
    assert finding.title == "RSA key of certificate CN=a has 1024 bits"
    renewed = (certificate("b", key_bits=1024, key_fingerprint="key of a"),)
    assert findings(short_keys(inventory(assets=renewed), NOTHING))[0].key == finding.key


def test_keys_of_others_weigh_less_and_are_called_by_their_owners() -> None:
    person = asset(
        CryptoKind.PUBLIC_KEY, "aa", "keys.gpg", key_bits=1024, encoding=Encoding.OPENPGP, comment="A <a@example.org>"
    )
    authority = certificate("old", anchors()[0].evidence.artefact, is_self_signed=True, key_bits=1024)
    found = findings(short_keys(inventory(assets=(person, *anchors(), authority)), NOTHING))
    assert [(item.severity, item.title) for item in found] == [
        (Severity.LOW, "RSA key of A <a@example.org> in keys.gpg has 1024 bits"),
        (Severity.LOW, "RSA key of certificate CN=old has 1024 bits"),
    ]


def test_keys_that_libraries_test_themselves_with_do_not_count() -> None:
    known = asset(CryptoKind.PRIVATE_KEY, min(self_test_keys()), key_bits=1024)
    assert findings(short_keys(inventory(assets=(known,)), NOTHING)) == []
