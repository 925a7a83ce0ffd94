"""Certificates, keys, messages and stores as components of CycloneDX 1.6 and 1.7 (ECMA-424, cryptoProperties)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.reports.cbom_algorithms import FORMATS
from pellucid.reports.cbom_component import asset_component
from pellucid.reports.cbom_graph import CbomGraph
from pellucid.reports.cbom_references import Material

# RFC 5280, 4.2.1.3; all other usages are extended ones.
KEY_USAGES = frozenset(
    (
        *("digitalSignature", "nonRepudiation", "contentCommitment", "keyEncipherment", "dataEncipherment"),
        *("keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"),
    )
)
MATERIALS = {CryptoKind.PRIVATE_KEY: "private-key", CryptoKind.PUBLIC_KEY: "public-key"}
CALLED = {
    CryptoKind.PRIVATE_KEY: "Private key",
    CryptoKind.PUBLIC_KEY: "Public key",
    CryptoKind.PKCS7: "PKCS#7 message",
    CryptoKind.KEYSTORE: "Locked key store",
}


def material_component(ref: str, material: Material, graph: CbomGraph, version: str) -> dict[str, Any]:
    """A certificate, key, message or store. Of a private key that is its public half's fingerprint, never the key."""
    asset = material.asset
    if asset.kind is CryptoKind.CERTIFICATE:
        crypto = {"assetType": "certificate", "certificateProperties": _certificate(asset, graph, version)}
        name = asset.subject or f"Certificate {asset.fingerprint[:16]}"
    else:
        stated = _related(asset, graph, version)
        crypto = {"assetType": "related-crypto-material", "relatedCryptoMaterialProperties": stated}
        name = f"{CALLED[asset.kind]} {asset.fingerprint[:16]}"
    return asset_component(ref, name, crypto, _asset_facts(asset), material.places)


def _certificate(asset: CryptoAsset, graph: CbomGraph, version: str) -> dict[str, Any]:
    _, signature = graph.refs_of(asset)
    stated: dict[str, Any] = {
        "subjectName": asset.subject,
        "issuerName": asset.issuer,
        "notValidBefore": _time(asset.not_before),
        "notValidAfter": _time(asset.not_after),
        "signatureAlgorithmRef": signature,
        "subjectPublicKeyRef": graph.public_key_of(asset),
        "certificateFormat": "OpenSSH" if asset.encoding is Encoding.OPENSSH else "X.509",
    }
    if version != "1.6":
        related = (("algorithm", signature), ("publicKey", graph.public_key_of(asset)))
        stated |= {
            "serialNumber": asset.serial,
            "fingerprint": {"alg": "SHA-256", "content": asset.fingerprint},
            "certificateExtensions": _extensions(asset),
            "relatedCryptographicAssets": [{"type": kind, "ref": ref} for kind, ref in related if ref],
        }
    return {name: value for name, value in stated.items() if value}


def _extensions(asset: CryptoAsset) -> list[dict[str, str]]:
    stated = (
        ("basicConstraints", "CA:TRUE" if asset.is_ca else ""),
        ("keyUsage", ", ".join(name for name in asset.usages if name in KEY_USAGES)),
        ("extendedKeyUsage", ", ".join(name for name in asset.usages if name not in KEY_USAGES)),
        ("subjectAlternativeName", ", ".join(asset.names)),
        ("subjectKeyIdentifier", asset.subject_key_id),
        ("authorityKeyIdentifier", asset.authority_key_id),
    )
    return [{"commonExtensionName": name, "commonExtensionValue": value} for name, value in stated if value]


def _related(asset: CryptoAsset, graph: CbomGraph, version: str) -> dict[str, Any]:
    key, _ = graph.refs_of(asset)
    stated: dict[str, Any] = {"type": MATERIALS.get(asset.kind, "other"), "id": asset.fingerprint}
    if key:
        stated["algorithmRef"] = key
    if asset.key_bits:
        stated["size"] = asset.key_bits
    if asset.kind is CryptoKind.PUBLIC_KEY and asset.public_key:
        stated["value"] = asset.public_key
    stated["format"] = asset.algorithm if asset.algorithm in FORMATS else (asset.container or asset.encoding).upper()
    if asset.encrypted or asset.locked:
        stated["securedBy"] = {"mechanism": "Software"}
    if version != "1.6":
        stated["fingerprint"] = {"alg": "SHA-256", "content": asset.fingerprint}
        public = graph.public_key_of(asset) if asset.kind is CryptoKind.PRIVATE_KEY else ""
        if related := [{"type": kind, "ref": ref} for kind, ref in (("algorithm", key), ("publicKey", public)) if ref]:
            stated["relatedCryptographicAssets"] = related
    return stated


def _asset_facts(asset: CryptoAsset) -> Sequence[tuple[str, str]]:
    return [
        ("kind", str(asset.kind)),
        ("sha256", asset.fingerprint),
        ("keySha256", asset.key_fingerprint),
        ("serial", asset.serial),
        ("encoding", str(asset.encoding)),
        ("container", asset.container),
        ("curve", asset.curve),
        ("comment", asset.comment),
        *((name, "true") for name, value in _flags(asset) if value),
        *(("usage", name) for name in asset.usages),
        *(("alternativeName", name) for name in asset.names),
    ]


def _flags(asset: CryptoAsset) -> Sequence[tuple[str, bool]]:
    return (
        ("encrypted", asset.encrypted),
        ("locked", asset.locked),
        ("certificateAuthority", asset.is_ca),
        ("selfSigned", asset.is_self_signed),
    )


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""
