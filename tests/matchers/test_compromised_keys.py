"""Keys that others have."""

import re
from dataclasses import replace

from tests.matchers.inventories import asset, findings, inventory
from tests.matchers.keys_and_certificates import anchors, certificate, rsa_key
from tests.support.statements import KeysKnown, Statements

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.evidence import Evidence
from pellucid.domain.listed_key import KeyList
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.severity import Severity
from pellucid.matchers.compromised_keys import compromised_keys
from pellucid.matchers.crypto.key_hashes import key_hashes
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


def test_an_example_of_a_library_that_a_device_uses_is_reported() -> None:
    """server-key.pem of wolfSSL."""
    example = "5b3efef086a7b4637b2843d0a8fb5c5e7bf1e40b49e182184077f4b1405eddcd"
    used = asset(CryptoKind.PRIVATE_KEY, example, "etc/server.key")
    (finding,) = findings(compromised_keys(inventory(assets=(used,)), NOTHING))
    assert (finding.severity, "wolfSSL test key" in finding.title) == (Severity.CRITICAL, True)
    part = replace(used, encoding=Encoding.DER)
    assert findings(compromised_keys(inventory(assets=(part,)), NOTHING))[0].severity is Severity.LOW


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
    assert len(published_keys()) > 400
    assert not published_keys().keys() & self_test_keys().keys()


def listed(*named: tuple[CryptoAsset, str, str]) -> Statements:
    """Lists that have the keys of these assets: (asset, list, name)."""
    known = {
        item: KeyList(source, name)
        for shown, source, name in named
        for item in key_hashes(shown)
        if item.source == source
    }
    return Statements(key_lists=KeysKnown(known))


def test_a_key_in_a_list_is_reported_whatever_shows_it() -> None:
    key = rsa_key((1 << 2047) + 9, artefact="root/.ssh/authorized_keys")
    shown = certificate("a", key_fingerprint=key.fingerprint, public_key=key.public_key)
    index = listed((key, "badkeys", "debianssl"))
    (finding,) = findings(compromised_keys(inventory(assets=(key, shown)), index))
    assert finding.severity is Severity.CRITICAL
    assert finding.title == "Key of certificate CN=a is no secret: badkeys lists it (debianssl)"
    assert ("keyList", "badkeys/debianssl") in finding.identifiers
    assert finding.references == ("https://nvd.nist.gov/vuln/detail/CVE-2008-0166",)
    assert {place.artefact for place in finding.evidence} == {"root/.ssh/authorized_keys", "etc/device.pem"}


def test_debians_own_lists_are_asked_too() -> None:
    key = rsa_key((1 << 2047) + 9)
    index = listed((key, "debian-weak-keys/openssh", "CVE-2008-0166"))
    (finding,) = findings(compromised_keys(inventory(assets=(key,)), index))
    assert "CVE-2008-0166" in finding.description


def test_a_list_that_this_program_does_not_know_by_name() -> None:
    key = rsa_key((1 << 2047) + 9)
    (finding,) = findings(compromised_keys(inventory(assets=(key,)), listed((key, "badkeys", "moon"))))
    assert (finding.severity, finding.references) == (Severity.CRITICAL, ("https://badkeys.info/",))
    assert "moon" in finding.title


def test_a_key_for_tests_inside_a_program_counts_less() -> None:
    key = replace(rsa_key((1 << 2047) + 9, artefact="usr/lib/libx.so"), encoding=Encoding.DER)
    (finding,) = findings(compromised_keys(inventory(assets=(key,)), listed((key, "badkeys", "softwaretests"))))
    assert finding.severity is Severity.LOW


def test_many_keys_are_one_question() -> None:
    index = Statements()
    assets = tuple(rsa_key((1 << 2047) + 2 * number + 1) for number in range(300))
    assert findings(compromised_keys(inventory(assets=assets), index)) == []
    assert index.key_lists.calls == 1


def test_that_there_is_no_list_is_said_once() -> None:
    assets = tuple(rsa_key((1 << 2047) + 2 * number + 1) for number in range(300))
    for loaded in ((), ("debian-weak-keys/openssl",)):
        (said,) = compromised_keys(inventory(assets=assets), Statements(key_lists=KeysKnown({}, loaded=loaded)))
        assert isinstance(said, Problem)
        assert said.kind is ProblemKind.MISSING
        assert "300 keys" in said.message
        assert all(name in said.message for name in loaded)
    assert list(compromised_keys(inventory(), Statements(key_lists=KeysKnown({}, loaded=())))) == []


def test_a_leaked_key_of_boot_guard_is_reported() -> None:
    """The one whose modulus the case of the analyzer leaked_keys has."""
    leaked = "4af4bca364ce4459aa1d76bdf0ca6aed498883b6ff0323624bbade8fcf4f976f"
    key = asset(CryptoKind.PUBLIC_KEY, leaked, "bios.rom!0x100000", encoding=Encoding.DER)
    (finding,) = findings(compromised_keys(inventory(assets=(key,)), NOTHING))
    assert finding.severity is Severity.CRITICAL
    assert "Boot Guard" in finding.title
