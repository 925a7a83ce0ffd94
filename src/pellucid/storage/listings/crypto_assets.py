"""Crypto assets where they lie, for grids and charts: what they can be filtered, sorted and grouped by."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, String, case, cast, exists, func, literal, select, tuple_

from pellucid.domain.access import Scope
from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.grid import GridQuery
from pellucid.storage.listings.grid import Condition, Field, Query
from pellucid.storage.listings.grid_values import ID, NUMBER, TIME, TRUTH, WORD, words
from pellucid.storage.listings.newest_scans import newest
from pellucid.storage.listings.scan_places import PLACE, joined
from pellucid.storage.listings.visibility import visible
from pellucid.storage.repositories.scan_crypto import ALGORITHM_NAME, COMPLIANT
from pellucid.storage.rows.crypto import CryptoAssetPlaceRow, ScanCryptoAssetRow
from pellucid.storage.rows.finding import FindingRow, OccurrenceCryptoAssetRow
from pellucid.storage.rows.image import ImageRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.scan import ScanRow

ASSET = ScanCryptoAssetRow
LIES = CryptoAssetPlaceRow
ABOUT = OccurrenceCryptoAssetRow
# The contract's words. It has none for a store that no password opens: like a message, that is a container.
TYPES: Mapping[str, str] = MappingProxyType(
    {
        CryptoKind.CERTIFICATE: "certificate",
        CryptoKind.PRIVATE_KEY: "private-key",
        CryptoKind.PUBLIC_KEY: "public-key",
        CryptoKind.PKCS7: "pkcs7",
        CryptoKind.KEYSTORE: "pkcs7",
    }
)
TYPE: ColumnElement[str] = case(dict(TYPES), value=ASSET.kind, else_="pkcs7")
VULNERABLE: ColumnElement[bool] = exists(
    select(ABOUT.finding_id).where(ABOUT.scan_id == ASSET.scan_id, ABOUT.asset == ASSET.number)
)
OF_ONE_SCAN = frozenset(("scanId", "id", "componentId"))


def _judged(condition: Condition) -> Condition:
    about = select(ABOUT.scan_id, ABOUT.asset).join(FindingRow, FindingRow.id == ABOUT.finding_id)
    return tuple_(ASSET.scan_id, ASSET.number).in_(about.where(condition))


def _text(name: str) -> Field:
    return Field(of=func.coalesce(ASSET.asset[name].as_string(), ""), known=True)


def _truth(name: str) -> Field:
    return Field(of=func.coalesce(ASSET.asset[name].as_boolean(), False), kind=TRUTH, known=True)


def _numbered(scan_id: Any, number: Any) -> Field:
    return Field(of=scan_id + literal("-") + cast(number, String), kind=WORD)


def crypto_asset_fields() -> Mapping[str, Field]:
    """By wire name. What is expired follows from the time of asking."""
    return {
        "id": _numbered(ASSET.scan_id, ASSET.number),
        "type": Field(of=TYPE, kind=words(*dict.fromkeys(TYPES.values())), known=True),
        "path": Field(of=PLACE.path, known=True),
        "isVulnerable": Field(of=VULNERABLE, kind=TRUTH, known=True),
        "algorithm": Field(of=ASSET.algorithm, known=True),
        "keyBits": Field(of=ASSET.asset["key_bits"].as_integer(), kind=NUMBER),
        "curve": _text("curve"),
        "cryptoAlgorithmName": _text(ALGORITHM_NAME),
        "isNistIR8547Compliant": Field(of=ASSET.asset[COMPLIANT].as_boolean(), kind=TRUTH),
        "fingerprint": Field(of=ASSET.fingerprint, known=True),
        "keyFingerprint": _text("key_fingerprint"),
        "subject": _text("subject"),
        "issuer": _text("issuer"),
        "serial": _text("serial"),
        "signatureAlgorithm": _text("signature_algorithm"),
        "notAfter": Field(of=ASSET.not_after, kind=TIME),
        "isExpired": Field(of=func.coalesce(ASSET.not_after < datetime.now(UTC), False), kind=TRUTH, known=True),
        "isCa": _truth("is_ca"),
        "isSelfSigned": _truth("is_self_signed"),
        "encrypted": _truth("encrypted"),
        "isLocked": _truth("locked"),
        "encoding": _text("encoding"),
        "container": _text("container"),
        "componentId": _numbered(PLACE.scan_id, PLACE.number),
        "componentName": Field(of=PLACE.name),
        "sha256": Field(of=PLACE.sha256, kind=WORD),
        "findingId": Field(of=FindingRow.id, kind=ID, among=_judged),
        "productFindingId": Field(of=FindingRow.id, kind=ID, among=_judged),
        "findingName": Field(of=FindingRow.name, among=_judged),
        "severity": Field(of=FindingRow.severity, kind=WORD, among=_judged),
        "scanId": Field(of=ASSET.scan_id, kind=ID),
        "imageId": Field(of=ScanRow.image_id, kind=ID),
        "imageName": Field(of=ImageRow.name),
        "imageVersion": Field(of=ImageRow.version),
        "productId": Field(of=ScanRow.product_id, kind=ID),
        "productName": Field(of=ProductRow.name),
    }


def crypto_assets_of(scope: Scope, wanted: GridQuery, *columns: Any) -> Query:
    """These columns of each asset in each of its places, not filtered yet.

    In the newest finished scan of every image; in older ones, too, when a filter names one, or a part of it.
    """
    query = (
        joined(select(*columns))
        .join(LIES, (LIES.scan_id == PLACE.scan_id) & (LIES.place == PLACE.number))
        .join(ASSET, (ASSET.scan_id == LIES.scan_id) & (ASSET.number == LIES.asset))
        .join(ScanRow, ScanRow.id == ASSET.scan_id)
        .join(ImageRow, ImageRow.id == ScanRow.image_id)
        .join(ProductRow, ProductRow.id == ScanRow.product_id)
        .where(visible(scope))
    )
    if any(item.field in OF_ONE_SCAN for item in wanted.filters):
        return query
    return query.where(ASSET.scan_id.in_(newest()))
