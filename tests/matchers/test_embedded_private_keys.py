"""Private keys in an image."""

from tests.matchers.inventories import asset, findings, inventory
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.finding import FindingType
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
    assert (plain.type, plain.class_) == (FindingType.SECRET, "secret")
    assert (plain.severity, encrypted.severity) == (Severity.HIGH, Severity.MEDIUM)
    assert [place.artefact for place in plain.evidence] == ["etc/a.key", "etc/b.key"]
    assert plain.key != encrypted.key


def test_public_keys_and_keys_of_self_tests_are_not() -> None:
    known = sorted(self_test_keys())
    assert len(known) >= 10
    assert all(len(fingerprint) == 64 for fingerprint in known)
    assets = (asset(CryptoKind.PUBLIC_KEY, "aa"), asset(CryptoKind.PRIVATE_KEY, known[0]))
    assert list(embedded_private_keys(inventory(assets=assets), NOTHING)) == []
