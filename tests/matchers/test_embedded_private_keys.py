"""Private keys in an image."""

from collections.abc import Collection, Mapping

from msgspec import structs
from tests.matchers.inventories import asset, findings, inventory
from tests.matchers.keys_and_certificates import certificate
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.key_elsewhere import KeyElsewhere
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.known_keys import self_test_keys
from pellucid.matchers.embedded_private_keys import embedded_private_keys

NOTHING = Statements()


def test_a_key_is_reported_once_with_all_places() -> None:
    assets = (
        asset(CryptoKind.PRIVATE_KEY, "aa", "etc/a.key"),
        asset(CryptoKind.PRIVATE_KEY, "aa", "etc/b.key"),
        asset(CryptoKind.PRIVATE_KEY, "bb", "etc/c.key", encrypted=True),
    )
    plain, encrypted = findings(embedded_private_keys(inventory(assets=assets), NOTHING))
    assert (plain.type, plain.subtype, plain.class_) == (
        FindingType.CRYPTOGRAPHIC_ASSET,
        "key",
        "crypto/key/private-key-in-image",
    )
    assert (plain.severity, encrypted.severity) == (Severity.HIGH, Severity.MEDIUM)
    assert [place.artefact for place in plain.evidence] == ["etc/a.key", "etc/b.key"]
    assert plain.key != encrypted.key


def test_public_keys_and_keys_of_self_tests_are_not() -> None:
    known = sorted(self_test_keys())
    assert len(known) >= 10
    assert all(len(fingerprint) == 64 for fingerprint in known)
    assets = (asset(CryptoKind.PUBLIC_KEY, "aa"), asset(CryptoKind.PRIVATE_KEY, known[0]))
    assert list(embedded_private_keys(inventory(assets=assets), NOTHING)) == []


def test_the_certificate_that_a_key_belongs_to_is_named() -> None:
    assets = (
        asset(CryptoKind.PRIVATE_KEY, "key of a", "etc/a.key"),
        certificate("a", "etc/a.pem"),
        certificate("b", "etc/b.pem"),
    )
    (finding,) = findings(embedded_private_keys(inventory(assets=assets), NOTHING))
    assert finding.title == "Private RSA key of 2048 bits of certificate CN=a in the image"
    assert "the certificate of CN=a, which is in the image too: etc/a.pem." in finding.description
    assert finding.identifiers == (("publicKeySha256", "key of a"), ("certificateSha256", "a"))
    assert "revoked" in finding.recommended_action


def test_a_key_of_no_certificate_is_nobodys() -> None:
    assets = (asset(CryptoKind.PRIVATE_KEY, "aa"), certificate("b", key_fingerprint=""))
    (finding,) = findings(embedded_private_keys(inventory(assets=assets), NOTHING))
    assert finding.identifiers == (("publicKeySha256", "aa"),)
    assert "certificate" not in finding.description


def test_a_store_that_everybody_can_open_is_said() -> None:
    assets = (asset(CryptoKind.PRIVATE_KEY, "aa", container="jks"),)
    (finding,) = findings(embedded_private_keys(inventory(assets=assets), NOTHING))
    assert "in a store (jks) that a well-known password opens" in finding.description


class Holders:
    """Knows where the key "aa" lies besides the image."""

    def __init__(self, **counts: int) -> None:
        self._counts = counts
        self.asked: list[list[str]] = []

    def elsewhere(self, fingerprints: Collection[str]) -> Mapping[str, KeyElsewhere]:
        self.asked.append(sorted(fingerprints))
        return {"aa": KeyElsewhere(**self._counts)}


def shared(holders: Holders, *, encrypted: bool = False) -> list[Finding]:
    assets = (asset(CryptoKind.PRIVATE_KEY, "aa", encrypted=encrypted), asset(CryptoKind.PRIVATE_KEY, "bb", "etc/b"))
    return findings(embedded_private_keys(structs.replace(inventory(assets=assets), key_holders=holders), NOTHING))


def test_a_key_that_other_products_have_is_more_severe() -> None:
    holders = Holders(images=1, products=2)
    one, other = shared(holders)
    assert (one.severity, other.severity) == (Severity.CRITICAL, Severity.HIGH)
    assert "lies in 1 other image of this product and in images of 2 other products: who has one" in one.description
    assert {("otherProducts", "2"), ("otherImages", "1")} <= set(one.identifiers)
    assert "other" not in dict(other.identifiers)
    assert holders.asked == [["aa", "bb"]], "all keys are one question"
    assert shared(Holders(products=1), encrypted=True)[0].severity is Severity.HIGH


def test_other_versions_of_a_product_are_named_and_change_nothing() -> None:
    one, _ = shared(Holders(images=3))
    assert one.severity is Severity.HIGH
    assert one.description.endswith("The same key lies in 3 other images of this product.")


def test_where_nobody_knows_other_images_nothing_is_said_of_them() -> None:
    (one,) = findings(embedded_private_keys(inventory(assets=(asset(CryptoKind.PRIVATE_KEY, "aa"),)), NOTHING))
    assert "same key" not in one.description
