"""Keys, certificates, algorithms and protocols come back from both databases as they were found."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.support.cryptography_in_trees import (
    AES,
    AES_AGAIN,
    ASSETS,
    AUTHORITY,
    CERTIFICATE,
    CERTIFICATE_AGAIN,
    NOTES,
    PRIVATE,
    PUBLIC_KEY,
    RSA,
    TLS,
    crypto_tree,
    spot,
)
from tests.support.scanned_trees import BUSYBOX, finding, small_tree, store
from tests.support.stored import Stored, stored_image

from pellucid.domain.finding import Finding
from pellucid.storage.database import Database
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.rows.crypto import CryptoAssetPlaceRow, ScanCryptoAssetRow
from pellucid.storage.rows.finding import FindingRow, OccurrenceCryptoAssetRow
from pellucid.storage.rows.inventory import ScanArtefactRow


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    return stored_image(database, tmp_path)


def about(name: str, artefact: str, offset: int, fingerprint: str) -> Finding:
    seen = finding(name)
    return replace(seen, evidence=(spot(artefact, offset),), identifiers=(("keySha256", fingerprint),))


def related(database: Database) -> list[tuple[str, str]]:
    row, asset = OccurrenceCryptoAssetRow, ScanCryptoAssetRow
    query = (
        select(FindingRow.name, asset.kind)
        .join(row, row.finding_id == FindingRow.id)
        .join(asset, (asset.scan_id == row.scan_id) & (asset.number == row.asset))
        .order_by(FindingRow.name, asset.number)
    )
    with database.read() as tx:
        return [(name, kind) for name, kind in tx.session.execute(query)]


def test_everything_comes_back(database: Database, stored: Stored) -> None:
    scan = stored.image.scans[0].id
    store(database, stored.product_id, scan, crypto_tree())
    with database.read() as tx:
        results = ScanResultRepository(tx)
        assert results.crypto_assets(scan) == [CERTIFICATE, CERTIFICATE_AGAIN, *ASSETS[1:-1]]
        assert results.crypto_uses(scan) == [AES, AES_AGAIN, TLS, RSA]
        assert not results.crypto_assets("0" * 26)
        assert not results.crypto_uses("0" * 26)


def test_places_are_found_by_a_join(database: Database, stored: Stored) -> None:
    store(database, stored.product_id, stored.image.scans[0].id, crypto_tree())
    at, place, asset = CryptoAssetPlaceRow, ScanArtefactRow, ScanCryptoAssetRow
    query = (
        select(asset.kind, place.path)
        .join(at, (at.scan_id == asset.scan_id) & (at.asset == asset.number))
        .join(place, (place.scan_id == at.scan_id) & (place.number == at.place))
        .where(asset.fingerprint.in_([CERTIFICATE.fingerprint, PRIVATE.fingerprint]))
        .order_by(asset.number, place.number)
    )
    with database.read() as tx:
        assert tx.session.execute(query).all() == [
            ("certificate", BUSYBOX),
            ("certificate", NOTES),
            ("privateKey", BUSYBOX),
            ("publicKey", NOTES),
        ]


def test_a_place_that_the_tree_does_not_have_is_no_error(database: Database, stored: Stored) -> None:
    scan = stored.image.scans[0].id
    lost = replace(AUTHORITY, evidence=spot("gone", 3))
    store(database, stored.product_id, scan, replace(small_tree(), crypto_assets=(lost,)))
    with database.read() as tx:
        assert ScanResultRepository(tx).crypto_assets(scan) == [lost]
        assert tx.session.scalars(select(CryptoAssetPlaceRow.place)).all() == []


def test_what_no_column_holds_is_shown_or_cut(database: Database, stored: Stored) -> None:
    scan = stored.image.scans[0].id
    wild = replace(CERTIFICATE, subject="a\0b\ud800", names=("\0",), algorithm="x" * 100)
    use = replace(AES, algorithm="y" * 100, parameters="\0", evidence=spot(NOTES, 1, "\0"))
    store(database, stored.product_id, scan, replace(small_tree(), crypto_assets=(wild,), crypto_uses=(use,)))
    with database.read() as tx:
        (found,) = ScanResultRepository(tx).crypto_assets(scan)
        assert (found.subject, found.names) == ("a\N{SYMBOL FOR NULL}b?", ("\N{SYMBOL FOR NULL}",))
        assert tx.session.scalars(select(ScanCryptoAssetRow.asset["subject"].as_string())).all() == [found.subject]
        assert tx.session.scalars(select(ScanCryptoAssetRow.algorithm)).all() == ["x" * 64]
        (kept,) = ScanResultRepository(tx).crypto_uses(scan)
        assert (kept.algorithm, kept.parameters, kept.evidence) == ("y" * 64, "\N{SYMBOL FOR NULL}", use.evidence)


def test_findings_know_what_they_are_about(database: Database, stored: Stored) -> None:
    """The two halves of a pair share a fingerprint: a finding is about the one that lies where it was seen."""
    scan = stored.image.scans[0].id
    key, nothing = PRIVATE.evidence, finding("nothing", BUSYBOX)
    shipped = about("shipped", key.artefact, key.offset, PRIVATE.fingerprint)
    elsewhere = about("pair", BUSYBOX, 1 << 40, PUBLIC_KEY.fingerprint)
    expired = about("expired", NOTES, 0, CERTIFICATE.fingerprint)
    stranger = about("stranger", NOTES, 0, "ff" * 32)
    store(database, stored.product_id, scan, crypto_tree(), shipped, elsewhere, expired, stranger, nothing)
    everything = [("expired", "certificate"), ("pair", "privateKey"), ("pair", "publicKey"), ("shipped", "privateKey")]
    assert related(database) == everything
    with database.begin() as tx:
        moved = replace(shipped, evidence=(*shipped.evidence, PUBLIC_KEY.evidence))
        FindingRepository(tx).store(stored.product_id, scan, [moved, elsewhere])
    assert related(database) == [*everything, ("shipped", "publicKey")]


def test_a_finding_about_a_certificate_is_not_about_its_key(database: Database, stored: Stored) -> None:
    """Both are named, and both lie in the same store."""
    scan = stored.image.scans[0].id
    key = replace(PRIVATE, evidence=CERTIFICATE.evidence)
    result = replace(small_tree(), crypto_assets=(CERTIFICATE, key))
    named = (("certificateSha256", CERTIFICATE.fingerprint), ("publicKeySha256", key.fingerprint))
    both = replace(finding("both"), evidence=(CERTIFICATE.evidence,), identifiers=named)
    findings = (both, *(replace(both, key=word, name=word, subtype=word) for word in ("certificate", "key")))
    store(database, stored.product_id, scan, result, *findings)
    assert related(database) == [
        *(("both", kind) for kind in ("certificate", "privateKey")),
        *(("certificate", "certificate"), ("key", "privateKey")),
    ]
