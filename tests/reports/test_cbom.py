"""Cryptographic bills: valid by the official schemas, every kind of asset, where it is and what depends on what."""

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from cyclonedx.model.bom import Bom
from tests.reports.example_bill import BILL, HOSTILE, LIBRARY, PROGRAM, SCRIPT
from tests.support.cryptography_in_trees import (
    AES,
    AES_AGAIN,
    AUTHORITY,
    CERTIFICATE,
    MESSAGE,
    PRIVATE,
    PUBLIC_KEY,
    RSA,
    STORE,
    TLS,
    spot,
)

from pellucid.domain.bill import Bill
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.domain.crypto_use import CryptoUse, Primitive
from pellucid.reports.bill_graph import ROOT
from pellucid.reports.cbom import FORMATS, cbom, cbom_document

PEM = "router.bin!0x40.squashfs!etc/ssl/router.pem"
LEAF = replace(CERTIFICATE, authority_key_id="77", evidence=spot(PEM, 0, "certificate CN=router.example"))
ISSUER = replace(AUTHORITY, subject_key_id="77", evidence=spot(LIBRARY, 2000))
OTHER_ISSUER = replace(ISSUER, fingerprint="c9" * 32, subject_key_id="78")
KEY = replace(PRIVATE, evidence=spot(PROGRAM, 8, "-----BEGIN ENCRYPTED PRIVATE KEY-----"))
QUANTUM = CryptoAsset(
    kind=CryptoKind.PUBLIC_KEY,
    algorithm="ML-DSA-65",
    fingerprint="e1" * 32,
    key_bits=15616,
    encoding=PUBLIC_KEY.encoding,
    evidence=spot(LIBRARY, 7),
)
EDWARDS = replace(QUANTUM, algorithm="Ed25519", fingerprint="e2" * 32, key_bits=256, curve="Edwards25519")
STRANGE = replace(
    QUANTUM, algorithm=HOSTILE, fingerprint="e3" * 32, comment=HOSTILE, evidence=spot(HOSTILE, 0, HOSTILE)
)
SIGNED = replace(ISSUER, fingerprint="ca" * 32, subject="CN=old", signature_algorithm="md5WithRSAEncryption")
LOCKED = replace(KEY, algorithm="PKCS#8", key_bits=0, fingerprint="e4" * 32)
CALLED = replace(AES, evidence=spot(PROGRAM, 100, "aes-128-cbc"))
BUILT_IN = replace(AES_AGAIN, evidence=spot(LIBRARY, 64, "S-box"))
OFFERED = replace(TLS, evidence=spot(f"{SCRIPT}.conf", 200, "ssl_protocols TLSv1.2"))
QUIC = replace(TLS, protocol="QUIC", parameters="1", evidence=spot(PROGRAM, 1))
KEM = CryptoUse(
    algorithm="ML-KEM",
    primitive=Primitive.KEM,
    parameters="ML-KEM-768",
    witness=RSA.witness,
    confidence=0.5,
    evidence=spot(PROGRAM, 5),
)
STRANGER = replace(RSA, algorithm=HOSTILE, primitive=Primitive.UNKNOWN, parameters=HOSTILE, mode=HOSTILE)
CRYPTO = replace(
    BILL,
    crypto_assets=(
        *(LEAF, ISSUER, OTHER_ISSUER, KEY, PUBLIC_KEY, MESSAGE, STORE, QUANTUM, EDWARDS, STRANGE, SIGNED, LOCKED),
        replace(LEAF, evidence=spot(PROGRAM, 400)),
    ),
    crypto_uses=(CALLED, OFFERED, RSA, BUILT_IN, QUIC, KEM, STRANGER),
)
DOCUMENT = cbom(CRYPTO)
EDGES = {edge["ref"]: edge for edge in DOCUMENT["dependencies"]}


def component(ref: str, document: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    (found,) = [item for item in document["components"] if item["bom-ref"] == ref]
    assert isinstance(found, dict)
    return found


def facts(ref: str) -> dict[str, str]:
    return {item["name"]: item["value"] for item in component(ref).get("properties", ())}


@pytest.mark.parametrize("version", sorted(FORMATS.values()))
def test_it_is_valid_and_another_tool_reads_it(version: str) -> None:
    """Building checks the official schema."""
    document = cbom(CRYPTO, version)
    assert document["specVersion"] == version
    kinds = [item.get("cryptoProperties", {}).get("assetType", "file") for item in document["components"]]
    assert set(kinds) == {"algorithm", "certificate", "protocol", "related-crypto-material", "file"}
    if version == "1.6":
        bom = Bom.from_json(json.loads(json.dumps(document)))  # type: ignore[attr-defined]  # made by a decorator
        assert {str(item.bom_ref) for item in bom.components} == {item["bom-ref"] for item in document["components"]}
        assert bom.validate()


def test_every_reference_leads_somewhere_and_everything_is_reached() -> None:
    refs = [item["bom-ref"] for item in DOCUMENT["components"]]
    assert len(refs) == len(set(refs))
    assert {ROOT, *refs} == EDGES.keys()
    reached, todo = set(), [ROOT]
    while todo:
        ref = todo.pop()
        if ref not in reached:
            reached.add(ref)
            todo += [*EDGES[ref].get("dependsOn", ()), *EDGES[ref].get("provides", ())]
    assert reached == EDGES.keys()
    named = {value for item in DOCUMENT["components"] for value in references(item)}
    assert named <= set(refs)


def references(value: Any) -> list[str]:
    """Every member that refers to another component."""
    if isinstance(value, list):
        return [ref for item in value for ref in references(item)]
    if not isinstance(value, dict):
        return []
    own = [item for name, item in value.items() if name.endswith("Ref") or name == "ref"]
    return own + [ref for item in value.values() for ref in references(item)]


def test_an_algorithm_says_what_it_is_and_where_it_is() -> None:
    aes = component("crypto:algorithm:AES-128-CBC")
    assert aes["type"] == "cryptographic-asset"
    assert aes["cryptoProperties"]["algorithmProperties"] == {
        "primitive": "block-cipher",
        "algorithmFamily": "AES",
        "parameterSetIdentifier": "128",
        "mode": "cbc",
        "cryptoFunctions": ["encrypt", "decrypt"],
        "classicalSecurityLevel": 128,
        "nistQuantumSecurityLevel": 1,
    }
    assert aes["evidence"]["occurrences"] == [
        {"location": PROGRAM, "offset": 100, "additionalContext": "aes-128-cbc"},
        {"location": LIBRARY, "offset": 64, "additionalContext": "S-box"},
    ]
    assert facts("crypto:algorithm:AES-128-CBC")["pellucid:confidence"] == "0.95"
    assert component("crypto:algorithm:ML-KEM-768")["cryptoProperties"]["algorithmProperties"] == {
        "primitive": "kem",
        "algorithmFamily": "ML-KEM",
        "parameterSetIdentifier": "768",
        "cryptoFunctions": ["encapsulate", "decapsulate"],
        "classicalSecurityLevel": 192,
        "nistQuantumSecurityLevel": 3,
    }


def test_algorithms_of_keys_are_there_and_say_whether_they_last() -> None:
    rsa = component("crypto:algorithm:RSA-2048")
    assert rsa["cryptoProperties"]["algorithmProperties"]["nistQuantumSecurityLevel"] == 0
    assert facts("crypto:algorithm:RSA-2048")["pellucid:quantumVulnerable"] == "true"
    assert facts("crypto:algorithm:ML-DSA-65")["pellucid:quantumVulnerable"] == "false"
    assert facts("crypto:algorithm:RSA-2048")["pellucid:nistIr8547"] == "notCompliant"
    assert facts("crypto:algorithm:ML-DSA-65")["pellucid:nistIr8547"] == "compliant"
    assert "pellucid:nistIr8547" not in facts("crypto:algorithm:md5WithRSAEncryption")
    curves = {
        "EC-P-256": {"ellipticCurve": "nist/P-256"},
        "Ed25519": {"ellipticCurve": "other/Ed25519"},
    }
    for name, expected in curves.items():
        assert (
            expected.items() <= component(f"crypto:algorithm:{name}")["cryptoProperties"]["algorithmProperties"].items()
        )
    older = component("crypto:algorithm:EC-P-256", cbom(CRYPTO, "1.6"))["cryptoProperties"]["algorithmProperties"]
    assert older["curve"] == "P-256"
    assert facts("crypto:algorithm:md5WithRSAEncryption")["pellucid:standing"] == "weak"
    assert EDGES["crypto:algorithm:md5WithRSAEncryption"]["dependsOn"] == ["crypto:algorithm:MD5"]


def test_a_certificate_depends_on_its_key_its_signature_and_its_issuer() -> None:
    ref = f"crypto:certificate:{LEAF.fingerprint}"
    public = f"crypto:publicKey:{LEAF.key_fingerprint}"
    stated = component(ref)["cryptoProperties"]["certificateProperties"]
    assert stated["subjectPublicKeyRef"] == public
    assert stated["signatureAlgorithmRef"] == "crypto:algorithm:sha256WithRSAEncryption"
    assert (stated["notValidBefore"], stated["notValidAfter"]) == ("2020-01-01T00:00:00Z", "2024-01-01T12:30:00Z")
    assert stated["serialNumber"] == "1f"
    assert {"commonExtensionName": "extendedKeyUsage", "commonExtensionValue": "serverAuth"} in stated[
        "certificateExtensions"
    ]
    issuer = f"crypto:certificate:{ISSUER.fingerprint}"
    assert set(EDGES[ref]["dependsOn"]) == {
        *("crypto:algorithm:RSA-2048", "crypto:algorithm:sha256WithRSAEncryption", issuer, public),
    }
    assert EDGES["crypto:algorithm:sha256WithRSAEncryption"]["dependsOn"] == ["crypto:algorithm:SHA-256"]
    assert {seen["location"] for seen in component(ref)["evidence"]["occurrences"]} == {PEM, PROGRAM}


def test_a_certificate_of_openssh_is_none_of_x509() -> None:
    of_ssh = replace(LEAF, encoding=Encoding.OPENSSH)
    formats = []
    for asset in (LEAF, of_ssh):
        (found,) = [
            item["cryptoProperties"]["certificateProperties"]["certificateFormat"]
            for item in cbom(replace(CRYPTO, crypto_assets=(asset,), crypto_uses=()))["components"]
            if item.get("cryptoProperties", {}).get("assetType") == "certificate"
        ]
        formats.append(found)
    assert formats == ["X.509", "OpenSSH"]


def test_issuers_of_one_name_are_told_by_their_keys_where_they_can_be() -> None:
    silent = replace(ISSUER, fingerprint="cb" * 32, subject_key_id="")
    leaves = {word: replace(LEAF, fingerprint=word * 32, authority_key_id=word) for word in ("77", "79")}
    leaves["78"] = replace(LEAF, fingerprint="78" * 32, authority_key_id="")
    graph = cbom(replace(CRYPTO, crypto_assets=(ISSUER, OTHER_ISSUER, silent, *leaves.values())))["dependencies"]
    edges = {edge["ref"]: edge.get("dependsOn", []) for edge in graph}

    def issuers(word: str) -> set[str]:
        found = edges[f"crypto:certificate:{word * 32}"]
        return {ref.rpartition(":")[2][:2] for ref in found if ref.startswith("crypto:certificate:")}

    assert (issuers("77"), issuers("78"), issuers("79")) == ({"c2", "cb"}, {"c2", "c9", "cb"}, {"cb"})


def test_very_many_certificates_of_one_name_take_no_longer() -> None:
    many = tuple(replace(LEAF, fingerprint=f"{number:064x}", authority_key_id="") for number in range(3000))
    same = tuple(replace(item, issuer=item.subject) for item in many)
    graph = cbom(replace(CRYPTO, crypto_assets=same, crypto_uses=()))["dependencies"]
    assert max(len(edge.get("dependsOn", ())) for edge in graph if edge["ref"].startswith("crypto:")) < 24


def test_keys_are_told_apart_and_belong_together() -> None:
    private, public = (f"crypto:{kind}:{KEY.fingerprint}" for kind in ("privateKey", "publicKey"))
    assert public in EDGES[private]["dependsOn"]
    stated = component(private)["cryptoProperties"]["relatedCryptoMaterialProperties"]
    assert (stated["type"], stated["size"], stated["securedBy"]) == ("private-key", 2048, {"mechanism": "Software"})
    assert "value" not in stated
    assert component(public)["cryptoProperties"]["relatedCryptoMaterialProperties"]["value"] == PUBLIC_KEY.public_key
    implied = f"crypto:publicKey:{ISSUER.key_fingerprint}"
    assert "evidence" not in component(implied)
    for asset in (MESSAGE, STORE):
        other = component(f"crypto:{asset.kind}:{asset.fingerprint}")
        assert other["cryptoProperties"]["relatedCryptoMaterialProperties"]["type"] == "other"
    assert facts(f"crypto:keystore:{STORE.fingerprint}")["pellucid:locked"] == "true"


def test_a_key_that_cannot_be_read_has_a_format_and_no_algorithm() -> None:
    ref = f"crypto:privateKey:{LOCKED.fingerprint}"
    stated = component(ref)["cryptoProperties"]["relatedCryptoMaterialProperties"]
    assert stated["format"] == "PKCS#8"
    assert "algorithmRef" not in stated
    assert EDGES[ref] == {"ref": ref}


def test_software_depends_on_what_it_uses_and_provides_what_it_implements() -> None:
    assert "crypto:algorithm:AES-128-CBC" in EDGES[f"file:{PROGRAM}"]["dependsOn"]
    assert f"crypto:privateKey:{KEY.fingerprint}" in EDGES[f"file:{PROGRAM}"]["dependsOn"]
    assert EDGES[f"file:{LIBRARY}"]["provides"] == ["crypto:algorithm:AES-128-CBC"]
    assert "provides" not in EDGES[f"file:{PROGRAM}"]
    assert f"file:{SCRIPT}" not in EDGES
    assert {"crypto:protocol:TLS-1.2", f"crypto:certificate:{LEAF.fingerprint}"} <= set(EDGES[ROOT]["dependsOn"])
    assert component("crypto:protocol:QUIC-1")["cryptoProperties"]["protocolProperties"]["type"] == "quic"
    older = component("crypto:protocol:QUIC-1", cbom(CRYPTO, "1.6"))
    assert older["cryptoProperties"]["protocolProperties"] == {"type": "other", "version": "1"}


def test_equal_bills_give_equal_documents() -> None:
    random = Random(7)
    for _ in range(5):
        assets, uses = [*CRYPTO.crypto_assets[:-1]], [*CRYPTO.crypto_uses]
        random.shuffle(assets)
        random.shuffle(uses)
        shuffled = replace(CRYPTO, crypto_assets=(*assets, CRYPTO.crypto_assets[-1]), crypto_uses=tuple(uses))
        assert cbom_document(shuffled, "cbom") == cbom_document(CRYPTO, "cbom")
    assert cbom(CRYPTO)["serialNumber"] != cbom(CRYPTO, "1.6")["serialNumber"]


def test_an_image_without_cryptography_has_an_empty_bill() -> None:
    bare: Bill = replace(CRYPTO, crypto_assets=(), crypto_uses=())
    document = cbom(bare)
    assert document["components"] == []
    assert document["dependencies"] == [{"ref": ROOT}]
