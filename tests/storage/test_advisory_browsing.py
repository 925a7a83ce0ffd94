"""Looking through vulnerabilities, on both databases, and how old what is stated is."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pellucid.advisories.bundled import bundled
from pellucid.advisories.feed import RawRecord
from pellucid.advisories.store.browsing import Chosen, former, of_id, page
from pellucid.advisories.store.index import StoreIndex
from pellucid.advisories.store.store import Store
from pellucid.domain.ids import named_id
from pellucid.domain.severity import Severity
from pellucid.domain.statement import AdvisoryRecord, Affected
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import Epss, KnownExploited, Rating, VulnerabilityOrder, VulnerabilityState

NOW = datetime(2026, 8, 1, tzinfo=UTC)
MALICIOUS = ("npm", "evil")
CRITICAL = Rating(source="nvd", score=9.8, word=Severity.CRITICAL)
MEDIUM = Rating(source="nvd", score=5.0, word=Severity.MEDIUM)
EVIL = Affected(subject=MALICIOUS, ranges=(VersionRange(fixed="1"),))
LISTED = Affected(subject=("Debian:12", "x"), versions=("1",))
RECORDS = (
    ("nvd", AdvisoryRecord(id="CVE-2020-1", published=datetime(2020, 1, 1, tzinfo=UTC), ratings=(CRITICAL,))),
    ("nvd", AdvisoryRecord(id="CVE-2021-1", published=datetime(2021, 1, 1, tzinfo=UTC), ratings=(MEDIUM,))),
    ("nvd", AdvisoryRecord(id="CVE-2022-1", published=datetime(2022, 1, 1, tzinfo=UTC))),
    ("nvd", AdvisoryRecord(id="CVE-2023-1", state=VulnerabilityState.REJECTED)),
    ("kev", AdvisoryRecord(id="CVE-2021-1", kev=KnownExploited(ransomware=True))),
    ("epss", AdvisoryRecord(id="CVE-2020-1", epss=Epss(probability=0.4))),
    ("ghsa", AdvisoryRecord(id="GHSA-1", aliases=("CVE-2020-1",), affected=(EVIL,))),
    ("debian-dsa", AdvisoryRecord(id="DSA-1", upstream=("CVE-2020-1", "CVE-2021-1"), covers=True, affected=(LISTED,))),
)


@pytest.fixture(params=["file", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    place = tmp_path / "advisories.db" if request.param == "file" else request.getfixturevalue("postgresql_url")
    store = Store.open(place)
    with store.update():
        for source in dict.fromkeys(source for source, _ in RECORDS):
            records = [record for name, record in RECORDS if name == source]
            raw = (RawRecord(id=record.id, raw=repr(record).encode(), record=record) for record in records)
            store.replace(source, "debian", raw, {}, checked=NOW)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (Chosen(), ["CVE-2022-1", "CVE-2021-1", "CVE-2020-1"]),
        (Chosen(score_from=5.0, score_to=9.0), ["CVE-2021-1"]),
        (Chosen(epss_from=0.4), ["CVE-2020-1"]),
        (Chosen(epss_to=0.39), []),
        (Chosen(is_kev=True), ["CVE-2021-1"]),
        (Chosen(is_kev=False, published_to=datetime(2021, 6, 1, tzinfo=UTC)), ["CVE-2020-1"]),
        (Chosen(is_ransomware=True, published_from=datetime(2021, 1, 1, tzinfo=UTC)), ["CVE-2021-1"]),
        (Chosen(names=["CVE-2020-1", "CVE-1999-1"]), ["CVE-2020-1"]),
        (Chosen(is_escalated=True), []),
    ],
)
def test_pages_by_filter(store: Store, chosen: Chosen, names: list[str]) -> None:
    found, total = page(store.connection, chosen)
    assert [item.vulnerability.name for item in found] == names
    assert total == len(names)


def test_pages_by_order_and_size(store: Store) -> None:
    found, total = page(store.connection, Chosen(), order=VulnerabilityOrder.MATURITY, size=1)
    assert ([item.vulnerability.name for item in found], total) == (["CVE-2021-1"], 3)
    found, total = page(store.connection, Chosen(), skip=2, size=10)
    assert ([item.vulnerability.name for item in found], total) == (["CVE-2020-1"], 3)
    assert page(store.connection, Chosen(), size=0) == ([], 3)


def test_one_by_its_id_and_what_it_was(store: Store) -> None:
    worse = AdvisoryRecord(id="CVE-2022-1", ratings=(Rating(source="nvd", score=9.0, word=Severity.CRITICAL),))
    store.merge("nvd", "debian", iter([RawRecord(id=worse.id, raw=b"new", record=worse)]), None, checked=NOW)
    known = of_id(store.connection, named_id("CVE-2022-1"))
    assert known is not None
    assert known.escalated is not None
    assert (known.vulnerability.name, known.vulnerability.score) == ("CVE-2022-1", 9.0)
    (before,) = former(store.connection, "CVE-2022-1")
    assert (before.vulnerability.score, before.replaced) == (None, known.escalated)
    assert of_id(store.connection, named_id("CVE-1999-1")) is None
    assert [item.id for item in page(store.connection, Chosen(is_escalated=True))[0]] == [known.id]


def test_how_old_what_is_stated_of_an_ecosystem_is(store: Store) -> None:
    index = StoreIndex(store)
    assert index.ecosystems == {"npm", "Debian:12"}
    assert index.as_of("npm") == NOW
    assert index.as_of("PyPI") is None
    dated = AdvisoryRecord(id="GHSA-2", modified=datetime(2025, 2, 1, tzinfo=UTC), affected=(EVIL,))
    store.merge("ghsa", "ghsa", iter([RawRecord(id=dated.id, raw=b"x", record=dated)]), None, checked=NOW)
    assert StoreIndex(store).as_of("npm") == dated.modified


def test_what_comes_with_pellucid_can_be_read() -> None:
    store = bundled()
    index = StoreIndex(store)
    said = index.about([("cpe:a", "zlib:zlib"), ("Debian:12", "glibc")])
    names = [item.vulnerability for items in said.values() for item in items]
    assert {"CVE-2022-37434", "CVE-2023-4911"} <= set(names)
    found = index.vulnerabilities(names)["CVE-2023-4911"]
    assert (found.severity, found.kev is not None) == (Severity.HIGH, True)
    assert store.digest == bundled().digest
