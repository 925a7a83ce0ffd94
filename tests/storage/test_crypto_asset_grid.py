"""Keys and certificates as a grid and a chart, on both databases: rows, filters by every field, sorting, whose."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.cryptography_in_trees import AUTHORITY, CERTIFICATE, NOTES, PRIVATE, crypto_tree, spot
from tests.support.scanned_trees import BUSYBOX, finding, small_tree, store
from tests.support.stored import Stored, another_image, stored_image

from pellucid.domain.access import Caller
from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.grid import ChartQuery, Filter, GridPage, GridQuery, Sort
from pellucid.domain.severity import Severity
from pellucid.errors import InvalidRequest
from pellucid.services.charts import Charts
from pellucid.services.grids import Grids
from pellucid.services.scans import Scans
from pellucid.storage.database import Database
from pellucid.storage.listings.crypto_asset_grid import ListedCryptoAsset
from pellucid.storage.listings.crypto_assets import TYPES, crypto_asset_fields

EXPIRED = replace(
    finding("expired", NOTES, severity=Severity.MEDIUM),
    evidence=(CERTIFICATE.evidence,),
    identifiers=(("certificateSha256", CERTIFICATE.fingerprint),),
)
SHIPPED = replace(
    finding("shipped", BUSYBOX), evidence=(PRIVATE.evidence,), identifiers=(("publicKeySha256", PRIVATE.fingerprint),)
)
# One letter a row, in the order of the grid: the certificate is in two places.
ROWS = {("c1", BUSYBOX): "B", ("c1", NOTES): "N", ("c2", NOTES): "A", ("a1", BUSYBOX): "K", ("a1", NOTES): "P"}
ROWS |= {("d1", BUSYBOX): "M", ("d2", NOTES): "S"}
ALL = "BNAKPMS"


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    """An image with one asset of every kind, and findings about two of them."""
    stored = stored_image(database, tmp_path)
    store(database, stored.product_id, stored.image.scans[0].id, crypto_tree(), EXPIRED, SHIPPED)
    return stored


def grid(
    database: Database, caller: Caller, *filters: tuple[str, str, Any], **more: Any
) -> GridPage[ListedCryptoAsset]:
    wanted = [Filter(field=field, comparator=comparator, value=value) for field, comparator, value in filters]
    with database.read() as tx:
        return Grids(tx, caller).crypto_assets(GridQuery(filters=wanted, **more))


def letters(database: Database, caller: Caller, *filters: tuple[str, str, Any], **more: Any) -> str:
    page = grid(database, caller, *filters, **more)
    assert more or page.total == len(page.rows)
    return "".join(ROWS[row.sightings[0].fingerprint[:2], row.path] for row in page.rows)


def test_a_row_is_an_asset_in_a_place(database: Database, stored: Stored) -> None:
    scan = stored.image.scans[0].id
    page = grid(database, stored.caller)
    assert letters(database, stored.caller) == ALL
    assert [row.type for row in page.rows] == [
        *("certificate", "certificate", "certificate", "private-key", "public-key", "pkcs7", "pkcs7"),
    ]
    assert [row.is_vulnerable for row in page.rows] == [True, True, False, True, False, False, False]
    in_busybox, in_notes = page.rows[:2]
    assert in_busybox.id == in_notes.id == f"{scan}-0"
    assert (in_busybox.component.id, in_busybox.component.name) == (f"{scan}-3", "busybox")
    assert (in_notes.component.id, in_notes.product_id, in_notes.image_id) == (
        f"{scan}-7",
        stored.product_id,
        stored.image.id,
    )
    assert [item.evidence.offset for item in in_busybox.sightings] == [400]
    assert in_notes.sightings == (CERTIFICATE,)


@pytest.mark.parametrize(
    ("field", "comparator", "value", "expected"),
    [
        ("type", "equals", "Certificate", "BNA"),
        ("type", "in", ["private-key", "public-key"], "KP"),
        ("type", "overlaps", ["pkcs7"], "MS"),
        ("path", "contains", "BUSYBOX", "BKM"),
        ("path", "equals", NOTES, "NAPS"),
        ("isVulnerable", "equals", True, "BNK"),
        ("isVulnerable", "equals", "false", "APMS"),
        ("algorithm", "equals", "RSA", "BNKP"),
        ("algorithm", "notContains", ["rsa"], "AMS"),
        ("keyBits", "between", [256, 1024], "A"),
        ("keyBits", "between", [1024, None], "BNKP"),
        ("curve", "equals", "P-256", "A"),
        ("cryptoAlgorithmName", "equals", "RSA-2048", "BNKP"),
        ("cryptoAlgorithmName", "contains", "p-256", "A"),
        ("cryptoAlgorithmName", "equals", "", "MS"),
        ("isNistIR8547Compliant", "equals", False, "BNAKP"),
        ("isNistIR8547Compliant", "equals", True, ""),
        ("isNistIR8547Compliant", "equals", None, "MS"),
        ("fingerprint", "equals", "a1" * 32, "KP"),
        ("keyFingerprint", "equals", "a1" * 32, "BN"),
        ("subject", "contains", "O=100%_Ä", "BN"),
        ("subject", "contains", "device ca", "A"),
        ("issuer", "equals", "CN=Device CA", "BNA"),
        ("serial", "equals", "1f", "BN"),
        ("signatureAlgorithm", "contains", "sha256", "BNA"),
        ("notAfter", "between", [None, "2024-01-01T12:30:00Z"], "BN"),
        ("notAfter", "equals", None, "KPMS"),
        ("isExpired", "equals", True, "BN"),
        ("isExpired", "equals", False, "AKPMS"),
        ("isCa", "equals", True, "A"),
        ("isSelfSigned", "equals", True, "A"),
        ("encrypted", "equals", True, "K"),
        ("isLocked", "equals", True, "S"),
        ("encoding", "in", ["der", "openssh"], "APM"),
        ("container", "equals", "pkcs12", "BN"),
        ("componentName", "equals", "notes.txt", "NAPS"),
        ("sha256", "equals", f"{3:064x}", "BKM"),
        ("findingName", "equals", "shipped", "K"),
        ("severity", "equals", "medium", "BN"),
        ("imageName", "equals", "router", ALL),
        ("imageVersion", "equals", "2", ""),
        ("productName", "contains", "router", ALL),
    ],
)
def test_filters(*, database: Database, stored: Stored, field: str, comparator: str, value: Any, expected: str) -> None:
    assert letters(database, stored.caller, (field, comparator, value)) == expected


def test_by_what_has_an_id(database: Database, stored: Stored) -> None:
    caller, scan = stored.caller, stored.image.scans[0].id
    assert letters(database, caller, ("id", "equals", f"{scan}-0")) == "BN"
    assert letters(database, caller, ("componentId", "in", [f"{scan}-3"])) == "BKM"
    with database.read() as tx:
        findings = {row.name: row.id for row in Grids(tx, caller).findings(GridQuery()).rows}
    for field in ("findingId", "productFindingId"):
        assert letters(database, caller, (field, "equals", findings["expired"])) == "BN"
    for field, value in (("scanId", scan), ("imageId", stored.image.id), ("productId", stored.product_id)):
        assert letters(database, caller, (field, "equals", value)) == ALL
        assert letters(database, caller, (field, "equals", "0" * 26)) == ""


def test_every_field_can_be_asked_for_and_most_be_sorted_by(database: Database, stored: Stored) -> None:
    for name, field in crypto_asset_fields().items():
        if field.is_sortable:
            for descending in (False, True):
                found = letters(database, stored.caller, sort=[Sort(field=name, descending=descending)])
                assert sorted(found) == sorted(ALL), name
    by_subject = letters(database, stored.caller, ("type", "equals", "certificate"), sort=[Sort(field="subject")])
    assert by_subject == "ABN"
    assert letters(database, stored.caller, sort=[Sort(field="notAfter", descending=True)])[:3] == "ABN"
    assert letters(database, stored.caller, sort=[Sort(field="path")], offset=2, size=2) == "MN"
    with pytest.raises(InvalidRequest, match="isVulnerable"):
        grid(database, stored.caller, ("color", "equals", "red"))
    with pytest.raises(InvalidRequest, match="private-key"):
        grid(database, stored.caller, ("type", "equals", "secret"))


def test_older_scans_are_there_for_whoever_names_them(database: Database, stored: Stored) -> None:
    caller, first = stored.caller, stored.image.scans[0].id
    with database.begin() as tx:
        second = Scans(tx).start(caller, stored.product_id, stored.image.id).id
    lonely = replace(AUTHORITY, evidence=spot(BUSYBOX, 1), fingerprint="c1" * 32)
    store(database, stored.product_id, second, replace(small_tree(), crypto_assets=(lonely,)))
    assert letters(database, caller) == "B"
    assert letters(database, caller, ("scanId", "equals", first)) == ALL
    assert letters(database, caller, ("id", "equals", f"{first}-3")) == "P"
    assert letters(database, caller, ("componentId", "equals", f"{first}-3")) == "BKM"
    other = another_image(database, caller, stored.product_id, version="2")
    store(database, stored.product_id, other.scans[0].id, replace(small_tree(), crypto_assets=(lonely,)))
    assert letters(database, caller) == "BB"
    assert letters(database, caller, ("imageVersion", "equals", "2")) == "B"


def test_what_a_caller_may_not_see_is_not_there(database: Database, stored: Stored) -> None:
    assert letters(database, replace(stored.caller, grants={})) == ""
    product = {f"products/{stored.product_id}": frozenset({"products.view"})}
    assert letters(database, replace(stored.caller, grants=product)) == ALL


def test_a_certificate_counts_once_however_many_places_it_lies_in(database: Database, stored: Stored) -> None:
    def chart(*fields: str, filters: Sequence[Filter] = ()) -> list[tuple[Any, ...]]:
        with database.read() as tx:
            rows = Charts(tx, stored.caller).crypto_assets(ChartQuery(fields=fields, filters=filters))
        return [(*row.values.values(), row.count) for row in rows]

    assert chart() == [(6,)]
    assert chart("type") == [("certificate", 2), ("pkcs7", 2), ("private-key", 1), ("public-key", 1)]
    assert chart("isVulnerable") == [(False, 4), (True, 2)]
    assert chart("isVulnerable", "type")[:2] == [(False, "pkcs7", 2), (False, "certificate", 1)]
    in_notes = Filter(field="path", comparator="contains", value="notes")
    assert chart("type", filters=[in_notes])[0] == ("certificate", 2)
    assert chart(filters=[Filter(field="type", comparator="equals", value="pkcs7")]) == [(2,)]


def test_every_kind_has_a_word_of_the_contract() -> None:
    assert TYPES.keys() == set(CryptoKind)
