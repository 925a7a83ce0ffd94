"""Expired certificates."""

from datetime import timedelta

from tests.matchers.inventories import AT, asset, findings, inventory
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.finding import FindingType
from pellucid.matchers.expired_certificates import expired_certificates

NOTHING = Statements()


def test_what_expired_a_second_ago_is_reported_once_with_all_places() -> None:
    end = AT - timedelta(seconds=1)
    assets = (
        asset(CryptoKind.CERTIFICATE, "aa", "etc/a.pem", not_after=end, subject="CN=a"),
        asset(CryptoKind.CERTIFICATE, "aa", "etc/b.pem", not_after=end, subject="CN=a"),
    )
    (finding,) = findings(expired_certificates(inventory(assets=assets), NOTHING))
    assert finding.type is FindingType.CRYPTOGRAPHIC_ASSET
    assert finding.class_ == "crypto/certificate/expired"
    assert [place.artefact for place in finding.evidence] == ["etc/a.pem", "etc/b.pem"]
    assert "CN=a expired on 2025-12-31" in finding.title


def test_what_is_valid_and_what_is_no_certificate_is_not() -> None:
    assets = (
        asset(CryptoKind.CERTIFICATE, "aa", not_after=AT),
        asset(CryptoKind.CERTIFICATE, "bb"),
        asset(CryptoKind.PUBLIC_KEY, "cc", not_after=AT - timedelta(days=1)),
    )
    assert list(expired_certificates(inventory(assets=assets), NOTHING)) == []


def test_the_key_is_that_of_the_certificate() -> None:
    end = AT - timedelta(days=1)
    assets = [asset(CryptoKind.CERTIFICATE, name, not_after=end) for name in ("aa", "aa", "bb")]
    found = [findings(expired_certificates(inventory(assets=(item,)), NOTHING))[0] for item in assets]
    assert found[0].key == found[1].key != found[2].key
