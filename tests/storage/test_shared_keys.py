"""Private keys that several images have, on both databases, and images that are judged again for their keys."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select, update
from tests.matchers.keys_and_certificates import rsa_key
from tests.support.scanned_trees import BUSYBOX, small_tree, store
from tests.support.stored import Stored, another_image, stored_image

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.key_groups import NAMES, grouped
from pellucid.advisories.store.index import StoreIndex
from pellucid.advisories.store.store import Store
from pellucid.analysis.matcher import Inventory
from pellucid.blobs.local import LocalBlobs
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.ids import new_id
from pellucid.domain.key_elsewhere import KeyElsewhere
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.key_hashes import BADKEYS, key_hashes
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.messages import Welcome
from pellucid.pipeline.pool import Pool
from pellucid.pipeline.scratch import Scratch
from pellucid.services.products import Products
from pellucid.services.rematch_queue import queue_rematch
from pellucid.services.rematching import rematch
from pellucid.services.scan_jobs import Workshop
from pellucid.services.scanning import judge
from pellucid.services.shared_keys import StoredKeyHolders, judge_others_again
from pellucid.services.vault import Vault
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.listings.key_holders import key_holders
from pellucid.storage.repositories.content_results import DatabaseCache
from pellucid.storage.repositories.jobs import Jobs
from pellucid.storage.rows.crypto import ScanCryptoAssetRow
from pellucid.storage.rows.finding import FindingRow, OccurrenceRow
from pellucid.storage.rows.image import ImageRow
from pellucid.storage.rows.job import JobRow
from pellucid.storage.rows.product import ProductRow
from pellucid.storage.rows.scan import ScanRow

NOW = datetime(2026, 8, 1, tzinfo=UTC)
NAME = "Private key in image"


def key(number: int) -> CryptoAsset:
    found = rsa_key((1 << 2047) + 2 * number + 1, kind=CryptoKind.PRIVATE_KEY)
    return replace(found, evidence=replace(found.evidence, artefact=BUSYBOX))


class Fleet:
    """Products and their images, each with a stored scan that has found some private keys."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.first: Stored = stored_image(database, folder, create_scan=True)
        self._images = {self.first.image.id: self.first.image}

    def product(self) -> str:
        with self.database.begin() as tx:
            return Products(tx).create(self.first.caller, f"product {new_id()}", "").id

    def image(self, product_id: str, *keys: CryptoAsset) -> tuple[str, str]:
        """(image, scan), judged with what was stored before."""
        version = str(len(self._images) + 1)
        image = another_image(self.database, self.first.caller, product_id, version=version)
        self._images[image.id] = image
        return image.id, self.scan(product_id, image.id, image.scans[0].id, *keys)

    def scan(self, product_id: str, image_id: str, scan_id: str, *keys: CryptoAsset) -> str:
        holders = StoredKeyHolders(self.database, product_id, image_id)
        inventory = Inventory(dependencies=(), crypto_assets=keys, observations=(), at=NOW, key_holders=holders)
        found = judge(inventory, StoreIndex(Store.in_memory())).findings
        store(self.database, product_id, scan_id, replace(small_tree(), crypto_assets=keys), *found)
        with self.database.begin() as tx:
            judge_others_again(tx, product_id, image_id, keys)
        return scan_id

    def elsewhere(self, product_id: str, image_id: str, *keys: CryptoAsset) -> list[KeyElsewhere | None]:
        found = StoredKeyHolders(self.database, product_id, image_id).elsewhere([item.fingerprint for item in keys])
        return [found.get(item.fingerprint) for item in keys]

    def severities(self, product_id: str) -> list[str]:
        with self.database.read() as tx:
            query = select(FindingRow.severity).where(FindingRow.product_id == product_id, FindingRow.name == NAME)
            return list(tx.session.scalars(query))

    def names(self, scan_id: str) -> set[str]:
        with self.database.read() as tx:
            joined = select(FindingRow.name).join(OccurrenceRow, OccurrenceRow.finding_id == FindingRow.id)
            return set(tx.session.scalars(joined.where(OccurrenceRow.scan_id == scan_id)))

    def digests(self) -> dict[str, str]:
        with self.database.read() as tx:
            return {row.id: row.advisory_digest for row in tx.session.scalars(select(ScanRow))}

    def match_again(self, advisories: Store) -> None:
        workshop = Workshop(
            database=self.database,
            settings=Settings(data_dir=self.folder),
            vault=Vault(self.folder / "keys"),
            blobs=LocalBlobs(self.folder),
            scratch=lambda: nullcontext(Scratch(self.folder / "scratch")),
            cache=DatabaseCache(self.database),
            pool=Pool(1, work=self.folder / "work", welcome=Welcome(memory=1 << 30, file_size=1 << 30)),
            budget=Budget(),
            advisories=lambda: (StoreIndex(advisories), advisories.digest),
        )
        with self.database.begin() as tx:
            tx.session.query(JobRow).delete()
            queue_rematch(tx)
        with self.database.begin() as tx:
            job = Jobs(tx).claim("n/0/", 60)
        assert job is not None
        rematch(workshop, job)


@pytest.fixture
def fleet(database: Database, tmp_path: Path) -> Fleet:
    return Fleet(database, tmp_path)


def test_other_images_and_other_products_are_counted(fleet: Fleet) -> None:
    a, b, c = fleet.product(), fleet.product(), fleet.product()
    mine, _ = fleet.image(a, key(1), key(2), key(3))
    fleet.image(a, key(1))
    fleet.image(a, key(1), key(2))
    fleet.image(b, key(1), key(2))
    fleet.image(c, key(1))
    fleet.image(c, key(1))
    assert fleet.elsewhere(a, mine, key(1), key(2), key(3), key(4)) == [
        KeyElsewhere(images=2, products=2),
        KeyElsewhere(images=1, products=1),
        None,
        None,
    ]


def test_what_is_archived_or_scanned_again_or_public_does_not_count(fleet: Fleet) -> None:
    a, b, c, d = (fleet.product() for _ in range(4))
    mine, _ = fleet.image(a, key(1))
    archived, _ = fleet.image(b, key(1))
    fleet.image(c, key(1))
    fleet.image(d, replace(key(1), kind=CryptoKind.PUBLIC_KEY))
    with fleet.database.begin() as tx:
        tx.session.execute(update(ImageRow).where(ImageRow.id == archived).values(is_archived=True))
        tx.session.execute(update(ProductRow).where(ProductRow.id == c).values(is_archived=True))
    assert fleet.elsewhere(a, mine, key(1)) == [None]


def test_many_keys_are_few_queries(fleet: Fleet) -> None:
    a, b = fleet.product(), fleet.product()
    keys = [key(number) for number in range(1200)]
    mine, _ = fleet.image(a, *keys[:5])
    other, _ = fleet.image(b, *keys)
    queries: list[str] = []
    with fleet.database.read() as tx:
        bind = tx.session.get_bind()
        event.listen(bind, "before_cursor_execute", lambda *given: queries.append(given[2]))
        found = key_holders(tx, mine, [item.fingerprint for item in keys])
    assert len(found) == 1200
    assert {holder.image_id for holders in found.values() for holder in holders} == {other}
    assert sum("scan_crypto_asset" in query for query in queries) == 3


def test_a_key_of_two_products_is_worse_for_both(fleet: Fleet) -> None:
    a, b = fleet.product(), fleet.product()
    _, first = fleet.image(a, key(1), key(2))
    assert fleet.severities(a) == [Severity.HIGH, Severity.HIGH]
    fleet.image(a, key(1))
    assert fleet.severities(a) == [Severity.HIGH, Severity.HIGH], "its own versions share it"
    before = fleet.digests()
    fleet.image(b, key(1))
    assert fleet.severities(b) == [Severity.CRITICAL]
    changed = [id_ for id_, digest in before.items() if fleet.digests()[id_] != digest]
    assert first in changed
    assert len(changed) == 2
    fleet.match_again(Store.in_memory("x"))
    assert sorted(fleet.severities(a)) == [Severity.CRITICAL, Severity.HIGH]
    again = fleet.digests()
    fleet.image(fleet.product(), key(1))
    assert {id_: fleet.digests()[id_] for id_ in again} == again, "a third product changes nothing for the others"


def test_news_of_a_list_reach_stored_images(fleet: Fleet) -> None:
    product = fleet.product()
    _, scan = fleet.image(product, key(1))
    _, other = fleet.image(product, key(2))
    advisories = Store.in_memory()
    listed(advisories, key(9))
    fleet.match_again(advisories)
    assert "Compromised key" not in fleet.names(scan)
    listed(advisories, key(9), key(1))
    fleet.match_again(advisories)
    assert fleet.names(scan) >= {"Compromised key", NAME}
    assert "Compromised key" not in fleet.names(other)
    with fleet.database.read() as tx:
        rows = tx.session.scalars(select(ScanCryptoAssetRow.fingerprint).where(ScanCryptoAssetRow.scan_id == scan))
        assert list(rows) == [key(1).fingerprint]


def listed(advisories: Store, *keys: CryptoAsset) -> None:
    hashes = [item.digest for shown in keys for item in key_hashes(shown) if item.source == BADKEYS]
    names = RawRecord(id=NAMES, raw=b'{"1":"firmware"}', record=None)
    records = [names, *grouped("all", sorted(digest + b"\1" for digest in hashes))]
    advisories.replace("badkeys", "badkeys", iter(records), {}, checked=NOW)
