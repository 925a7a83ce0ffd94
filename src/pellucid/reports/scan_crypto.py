"""Keys, certificates, algorithms and protocols in the JSON document of a scan."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.crypto_use import CryptoUse
from pellucid.reports.scan_findings import time
from pellucid.reports.scan_software import evidence


def crypto_assets(assets: Iterable[CryptoAsset], at: datetime) -> list[dict[str, Any]]:
    """Each identity once, as `cryptographicAsset` of the schema, with every place; `at` decides what is expired."""
    same: dict[tuple[str, str], list[CryptoAsset]] = defaultdict(list)
    for asset in assets:
        same[asset.identity].append(asset)
    return [
        asset_facts(group[0], at) | {"evidence": evidence([item.evidence for item in group])} for group in same.values()
    ]


def asset_facts(item: CryptoAsset, at: datetime) -> dict[str, Any]:
    """What is known of a key or certificate, wherever it lies. Of a private key that is never the key."""
    return {
        "kind": str(item.kind),
        "algorithm": item.algorithm,
        "keyBits": item.key_bits,
        "curve": item.curve,
        "fingerprint": item.fingerprint,
        "keyFingerprint": item.key_fingerprint,
        "publicKey": item.public_key,
        "encoding": str(item.encoding),
        "container": item.container,
        "isLocked": item.locked,
        "encrypted": item.encrypted,
        "subject": item.subject,
        "issuer": item.issuer,
        "serial": item.serial,
        "signatureAlgorithm": item.signature_algorithm,
        "notBefore": time(item.not_before),
        "notAfter": time(item.not_after),
        "isExpired": item.expired(at),
        "usages": list(item.usages),
        "names": list(item.names),
        "isCa": item.is_ca,
        "isSelfSigned": item.is_self_signed,
        "subjectKeyId": item.subject_key_id,
        "authorityKeyId": item.authority_key_id,
        "comment": item.comment,
    }


def crypto_uses(uses: Iterable[CryptoUse]) -> list[dict[str, Any]]:
    """Each identity once, as `cryptographicUse` of the schema, with every place; the surest sighting speaks for it."""
    same: dict[tuple[str, ...], list[CryptoUse]] = defaultdict(list)
    for use in uses:
        same[use.identity].append(use)
    return [_use(group) for group in same.values()]


def _use(group: Sequence[CryptoUse]) -> dict[str, Any]:
    surest = max(group, key=lambda item: item.confidence)
    return {
        "algorithm": surest.algorithm,
        "primitive": str(surest.primitive),
        "parameters": surest.parameters,
        "mode": surest.mode,
        "protocol": surest.protocol,
        "witness": str(surest.witness),
        "confidence": surest.confidence,
        "evidence": [_sighting(item) for item in group],
    }


def _sighting(item: CryptoUse) -> Mapping[str, Any]:
    (seen,) = evidence([item.evidence])
    return {**seen, "witness": str(item.witness), "confidence": item.confidence}
