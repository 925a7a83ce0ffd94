"""Keys that others have."""

import re
from dataclasses import replace

from tests.matchers.inventories import asset, findings, inventory
from tests.matchers.keys_and_certificates import anchors, certificate
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.evidence import Evidence
from pellucid.domain.severity import Severity
from pellucid.matchers.compromised_keys import compromised_keys
from pellucid.matchers.crypto.known_keys import published_keys, self_test_keys

NOTHING = Statements()
VAGRANT = "bde93142b0780b2a66d27977d35f4f542e71cc538d491fe6609e2380b747a027"


def test_a_published_key_is_reported_whatever_shows_it() -> None:
    assets = (
        asset(CryptoKind.PUBLIC_KEY, VAGRANT, "root/.ssh/authorized_keys"),
        certificate("a", key_fingerprint=VAGRANT),
    )
    (finding,) = findings(compromised_keys(inventory(assets=assets), NOTHING))
    assert finding.severity is Severity.CRITICAL
    assert finding.title == "Key of certificate CN=a is no secret: Vagrant insecure key"
    assert {place.artefact for place in finding.evidence} == {"root/.ssh/authorized_keys", "etc/device.pem"}
    assert ("publicKeySha256", VAGRANT) in finding.identifiers


def test_a_key_whose_certificate_warns_of_it_is_reported() -> None:
    assets = (
        certificate("a", subject="CN=DO NOT TRUST - AMI Test PK"),
        certificate("b", subject="CN=PK", issuer="CN=DO NOT SHIP - test root"),
    )
    found = findings(compromised_keys(inventory(assets=assets), NOTHING))
    assert [item.severity for item in found] == [Severity.HIGH], "whom such a key has signed has a key of his own"
    assert found[0].references == ("https://kb.cert.org/vuls/id/455367",)


def test_a_librarys_test_key_that_is_a_file_of_its_own_is_in_use() -> None:
    """In a library it is silent: evidence of these tests has an offset that is not 0."""
    in_library = asset(CryptoKind.PRIVATE_KEY, min(self_test_keys()), "usr/lib/libmbedx509.so")
    in_use = replace(in_library, evidence=Evidence(offset=0, seen="x", artefact="etc/server.key"))
    assert findings(compromised_keys(inventory(assets=(in_library,)), NOTHING)) == []
    (finding,) = findings(compromised_keys(inventory(assets=(in_library, in_use)), NOTHING))
    assert finding.severity is Severity.CRITICAL
    assert "test key of a library" in finding.title


def test_other_keys_are_not() -> None:
    assets = (*anchors(), certificate("a", subject="CN=Do not trust strangers Ltd"), asset(CryptoKind.PUBLIC_KEY, "aa"))
    assert findings(compromised_keys(inventory(assets=assets), NOTHING)) == []


def test_the_list_holds_fingerprints_and_says_where_each_was_published() -> None:
    assert VAGRANT in published_keys()
    assert len(published_keys()) >= 5
    for fingerprint, known in published_keys().items():
        assert re.fullmatch("[0-9a-f]{64}", fingerprint)
        assert known.reference.startswith("https://")
        assert known.harm.endswith(".")
