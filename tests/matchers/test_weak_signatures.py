"""Certificates signed over hashes that are broken."""

import pytest
from tests.matchers.inventories import findings, inventory
from tests.matchers.keys_and_certificates import anchors, certificate
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.severity import Severity
from pellucid.matchers.weak_signatures import weak_signatures, weakness_of

NOTHING = Statements()


def severities(*assets: CryptoAsset) -> list[Severity]:
    return [item.severity for item in findings(weak_signatures(inventory(assets=assets), NOTHING))]


@pytest.mark.parametrize(
    ("algorithm", "weak"),
    [
        ("sha1WithRSASSAPSS", "SHA-1"),
        ("sha256WithRSASSAPSS", ""),
        ("md5WithRSAEncryption", "MD5"),
        ("md2WithRSAEncryption", "MD2"),
        ("sha1WithRSAEncryption", "SHA-1"),
        ("ecdsa-with-SHA1", "SHA-1"),
        ("dsa-with-sha1", "SHA-1"),
        ("RSA-SHA-1", "SHA-1"),
        ("1.3.14.3.2.29", "SHA-1"),
        ("sha256WithRSAEncryption", ""),
        ("ecdsa-with-SHA512", ""),
        ("sha128", ""),
        ("ed25519", ""),
        ("", ""),
    ],
)
def test_the_hash_is_read_from_the_name_of_the_algorithm(algorithm: str, weak: str) -> None:
    assert weakness_of(algorithm) == weak


def test_md5_is_worse_than_sha1_and_both_than_a_signature_that_nobody_needs() -> None:
    assert severities(
        certificate("a", signature_algorithm="md5WithRSAEncryption"),
        certificate("b", signature_algorithm="sha1WithRSAEncryption"),
        certificate("c", signature_algorithm="sha1WithRSAEncryption", is_self_signed=True),
        certificate("d", signature_algorithm="md5WithRSAEncryption", container="authenticode"),
    ) == [Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.LOW]


def test_what_the_finding_says() -> None:
    (finding,) = findings(
        weak_signatures(inventory(assets=(certificate("a", signature_algorithm="ecdsa-with-SHA1"),)), NOTHING)
    )
    assert finding.title == "Certificate CN=a is signed with SHA-1"
    assert finding.subtype == "certificate"


def test_anchors_and_good_signatures_are_not_reported() -> None:
    sha1 = {"signature_algorithm": "sha1WithRSAEncryption"}
    old = certificate("old", anchors()[0].evidence.artefact, is_self_signed=True, **sha1)
    root = certificate("root", is_self_signed=True, is_ca=True, **sha1)
    assert severities(*anchors(), old, root, certificate("a")) == []
