"""Certificates that expired, that will soon, and whose time has not come."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs
from tests.matchers.inventories import AT, asset, findings, inventory
from tests.matchers.keys_and_certificates import anchors, certificate
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.known_keys import self_test_keys
from pellucid.matchers.expired_certificates import expired_certificates
from pellucid.matchers.expiring_certificates import expiring_certificates
from pellucid.matchers.premature_certificates import premature_certificates

NOTHING = Statements()
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def test_an_expired_anchor_of_a_trust_store_weighs_less_than_a_certificate_of_the_device() -> None:
    store = anchors()
    old = [replace(item, not_after=AT - DAY) for item in (store[0], certificate("device"))]
    found = findings(expired_certificates(inventory(assets=(*old, *store[1:])), NOTHING))
    assert [(item.severity, item.subtype) for item in found] == [
        (Severity.LOW, "certificate"),
        (Severity.MEDIUM, "certificate"),
    ]


def test_certificates_of_signers_do_not_expire_like_those_of_the_device() -> None:
    signer = [certificate("a", place, not_after=AT - DAY, container="authenticode") for place in ("a.efi", "b.efi")]
    (finding,) = findings(expired_certificates(inventory(assets=tuple(signer)), NOTHING))
    assert finding.severity is Severity.LOW
    also_alone = (*signer, certificate("a", "etc/a.pem", not_after=AT - DAY))
    (finding,) = findings(expired_certificates(inventory(assets=also_alone), NOTHING))
    assert finding.severity is Severity.MEDIUM
    soon = certificate("b", not_after=AT + DAY, container="timestamp")
    assert findings(expiring_certificates(inventory(assets=(soon,)), NOTHING)) == []


def test_certificates_that_libraries_test_themselves_with_are_not_judged() -> None:
    known = certificate("a", "usr/lib/libmbedx509.so", not_after=AT - DAY, key_fingerprint=min(self_test_keys()))
    assert findings(expired_certificates(inventory(assets=(known,)), NOTHING)) == []
    in_use = replace(known, evidence=replace(known.evidence, offset=0, artefact="etc/server.pem"))
    assert len(findings(expired_certificates(inventory(assets=(known, in_use)), NOTHING))) == 1


def test_what_ends_within_the_notice_is_reported() -> None:
    image = inventory(assets=(certificate("a", not_after=AT + 90 * DAY - SECOND),))
    (finding,) = findings(expiring_certificates(image, NOTHING))
    assert finding.title == "Certificate CN=a expires on 2026-03-31"
    assert "89 days after" in finding.description
    assert (finding.severity, finding.subtype) == (Severity.LOW, "certificate")
    assert finding.identifiers == (("certificateSha256", "a"), ("publicKeySha256", "key of a"))


@pytest.mark.parametrize("end", [AT + 90 * DAY, AT - SECOND, None], ids=["after the notice", "expired", "no end"])
def test_what_ends_later_or_has_ended_does_not_expire_soon(end: object) -> None:
    assert findings(expiring_certificates(inventory(assets=(certificate("a", not_after=end),)), NOTHING)) == []


def test_the_notice_can_be_set_and_none_is_none() -> None:
    image = inventory(assets=(certificate("a", not_after=AT + 10 * DAY),))
    assert len(findings(expiring_certificates(image, NOTHING))) == 1
    for notice in (9 * 86400.0, 0.0):
        assert findings(expiring_certificates(structs.replace(image, certificate_notice=notice), NOTHING)) == []


def test_with_a_notice_without_end_everything_expires_soon() -> None:
    image = structs.replace(inventory(assets=(certificate("a"),)), certificate_notice=float("inf"))
    assert len(findings(expiring_certificates(image, NOTHING))) == 1


def test_a_certificate_is_reported_before_its_time_and_not_at_it() -> None:
    image = inventory(assets=(certificate("a", not_before=AT + SECOND), certificate("b", not_before=AT)))
    (finding,) = findings(premature_certificates(image, NOTHING))
    assert finding.title == "Certificate CN=a is not valid before 2026-01-01"
    assert finding.subtype == "certificate"


def test_a_certificate_that_ends_before_it_begins_is_never_valid() -> None:
    image = inventory(assets=(certificate("a", not_after=AT - 200 * DAY),))
    (finding,) = findings(premature_certificates(image, NOTHING))
    assert finding.name == "Certificate is never valid"


def test_keys_have_no_validity() -> None:
    image = inventory(assets=(asset(CryptoKind.PUBLIC_KEY, "aa", not_before=AT + DAY, not_after=AT + DAY),))
    assert findings(premature_certificates(image, NOTHING)) == []
    assert findings(expiring_certificates(image, NOTHING)) == []
