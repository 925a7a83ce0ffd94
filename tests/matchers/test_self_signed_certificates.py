"""Self-signed certificates of peers, and what is an anchor instead."""

from dataclasses import replace

import pytest
from tests.matchers.inventories import asset, findings, inventory
from tests.matchers.keys_and_certificates import anchors, certificate
from tests.support.statements import Statements

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.matchers.crypto.subjects import anchors_of
from pellucid.matchers.self_signed_certificates import self_signed_certificates

NOTHING = Statements()


def reported(*assets: CryptoAsset) -> list[str]:
    return [item.identifiers[0][1] for item in findings(self_signed_certificates(inventory(assets=assets), NOTHING))]


def test_a_self_signed_certificate_that_issues_nothing_is_reported_once_with_all_places() -> None:
    assets = [certificate("a", path, is_self_signed=True) for path in ("etc/a.pem", "etc/b.pem")]
    (finding,) = findings(self_signed_certificates(inventory(assets=tuple(assets)), NOTHING))
    assert [place.artefact for place in finding.evidence] == ["etc/a.pem", "etc/b.pem"]
    assert finding.title == "Certificate CN=a is signed by nobody but itself"


@pytest.mark.parametrize(
    "more",
    [
        {"names": ("router.example",)},
        {"usages": ("digitalSignature", "serverAuth")},
    ],
    ids=["names a host", "for TLS"],
)
def test_an_authority_by_name_only_that_stands_for_a_host_is_a_leaf(more: dict[str, tuple[str, ...]]) -> None:
    assert reported(certificate("a", "etc/a.pem", is_self_signed=True, is_ca=True, **more)) == ["a"]


def test_an_authority_whose_private_key_is_here_is_a_leaf() -> None:
    own = certificate("a", is_self_signed=True, is_ca=True)
    assert reported(own) == []
    assert reported(own, asset(CryptoKind.PRIVATE_KEY, "key of a")) == ["a"]
    assert reported(own, asset(CryptoKind.PUBLIC_KEY, "key of a")) == []


def test_a_key_that_is_pinned_in_a_program_is_no_peers() -> None:
    """Evidence of these tests has an offset that is not 0."""
    built_in = certificate("a", "vmlinuz", is_self_signed=True, usages=("digitalSignature",), encoding=Encoding.DER)
    assert reported(built_in) == []
    assert reported(replace(built_in, evidence=replace(built_in.evidence, offset=0))) == ["a"]
    assert reported(built_in, asset(CryptoKind.PRIVATE_KEY, "key of a")) == ["a"]
    assert reported(replace(built_in, names=("router.example",))) == ["a"]
    assert reported(replace(built_in, usages=("serverAuth",))) == ["a"]


def test_a_signer_of_code_is_no_peer() -> None:
    assert reported(certificate("a", is_self_signed=True, usages=("digitalSignature", "codeSigning"))) == []


def test_authorities_and_certificates_that_others_signed_are_not() -> None:
    authority = certificate("b", is_self_signed=True, is_ca=True, usages=("keyCertSign",), names=("ca.example",))
    assert reported(certificate("a"), authority) == []


def test_a_bundle_a_folder_and_a_program_with_many_anchors_are_trust_stores() -> None:
    for place in ("etc/ssl/certs/ca-certificates.crt", "usr/share/ca-certificates/mozilla/{}.crt", "usr/lib/libnss.so"):
        assert len(anchors_of(anchors(place))) == 12
        assert reported(*anchors(place)) == []


def test_few_self_signed_certificates_are_no_trust_store() -> None:
    assert anchors_of(anchors(number=9)) == frozenset()
    others = tuple(certificate(f"leaf {one}", anchors()[0].evidence.artefact) for one in range(13))
    assert anchors_of((*anchors(), *others)) == frozenset()


def test_an_old_anchor_without_extensions_belongs_to_its_bundle() -> None:
    old = certificate("old", "etc/ssl/certs/ca-certificates.crt", is_self_signed=True)
    assert reported(*anchors(), old) == []


def test_a_devices_own_certificate_beside_the_anchors_is_told_from_them() -> None:
    own = certificate("snakeoil", "etc/ssl/certs/ssl-cert-snakeoil.pem", is_self_signed=True)
    assert reported(*anchors("etc/ssl/certs/{}.pem"), own) == ["snakeoil"]
