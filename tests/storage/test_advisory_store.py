"""The store of advisories, on both databases: what is taken in, what becomes of it, and that nothing is half-done."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.store.index import StoreIndex
from pellucid.advisories.store.store import Store
from pellucid.domain.ids import named_id
from pellucid.domain.severity import Severity
from pellucid.domain.statement import AdvisoryRecord, Affected
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import Epss, Exploit, ExploitKind, KnownExploited, Rating, VulnerabilityState
from pellucid.errors import Conflict, Malformed, NotFound

NOW = datetime(2026, 8, 1, tzinfo=UTC)
ZLIB = ("Debian:12", "zlib")
HIGH = Rating(source="nvd@nist.gov", version="3.1", vector="CVSS:3.1/x", score=7.5, word=Severity.HIGH, is_primary=True)
CRITICAL = Rating(source="nvd@nist.gov", version="3.1", score=9.8, word=Severity.CRITICAL, is_primary=True)


@pytest.fixture(params=["file", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    place = tmp_path / "advisories.db" if request.param == "file" else request.getfixturevalue("postgresql_url")
    store = Store.open(place)
    yield store
    store.close()


def raw(record: AdvisoryRecord, text: str = "", key: str = "") -> RawRecord:
    return RawRecord(id=key or record.id, raw=(text or repr(record)).encode(), record=record)


def affected(fixed: str = "1.3", subject: tuple[str, str] = ZLIB) -> Affected:
    return Affected(subject=subject, ranges=(VersionRange(fixed=fixed),))


def take(store: Store, source: str, *records: RawRecord, **options: bool) -> tuple[int, int, int]:
    loaded = store.replace(source, "debian", iter(records), {"etag": "x"}, checked=NOW, **options)
    return loaded.added, loaded.changed, loaded.removed


def test_what_is_taken_in_is_found_by_subject(store: Store) -> None:
    record = AdvisoryRecord(id="CVE-2022-37434", description="Heap overflow", ratings=(HIGH,), affected=(affected(),))
    assert take(store, "debian", raw(record, key="zlib/CVE-2022-37434")) == (1, 0, 0)
    index = StoreIndex(store)
    assert index.ecosystems == {"Debian:12"}
    ((subject, (statement,)),) = index.about([ZLIB, ("Debian:12", "other")]).items()
    assert (subject, statement.source, statement.id) == (ZLIB, "debian", "zlib/CVE-2022-37434")
    assert (statement.vulnerability, statement.affected) == ("CVE-2022-37434", affected())
    (found,) = index.vulnerabilities(["CVE-2022-37434", "CVE-2000-1"]).values()
    assert (found.severity, found.score, found.description) == (Severity.HIGH, 7.5, "Heap overflow")
    (source,) = store.sources()
    assert (source.records, source.faults, source.checked, source.state) == (1, 0, NOW, {"etag": "x"})


def test_the_same_again_changes_nothing(store: Store) -> None:
    record = raw(AdvisoryRecord(id="CVE-1", affected=(affected(),)))
    take(store, "debian", record)
    before, digest = store.sources(), store.digest
    assert take(store, "debian", record) == (0, 0, 0)
    assert (store.sources(), store.digest) == (before, digest)


def test_changes_are_told_since_a_digest(store: Store) -> None:
    one, two = AdvisoryRecord(id="CVE-1", affected=(affected(),)), AdvisoryRecord(id="CVE-2", description="a")
    take(store, "debian", raw(one), raw(two))
    since = store.digest
    changed = AdvisoryRecord(id="CVE-1", affected=(affected("1.4"),))
    assert take(store, "debian", raw(changed), raw(two)) == (0, 1, 0)
    assert store.changed_since(since) == (frozenset({ZLIB}), frozenset({"CVE-1"}))
    take(store, "debian", raw(changed), raw(AdvisoryRecord(id="CVE-2", description="b")))
    assert store.changed_since(since) == (frozenset({ZLIB}), frozenset({"CVE-1", "CVE-2"}))
    assert store.changed_since(store.digest) == (frozenset(), frozenset())
    assert store.changed_since("another-1") is store.changed_since("") is store.changed_since(f"{since}9") is None


def test_aliases_are_one_vulnerability(store: Store) -> None:
    take(store, "ghsa", raw(AdvisoryRecord(id="GHSA-1", aliases=("CVE-1",), title="Overflow", affected=(affected(),))))
    take(store, "osv/PyPI", raw(AdvisoryRecord(id="PYSEC-1", aliases=("GHSA-1",), affected=(affected("2"),))))
    take(store, "epss", raw(AdvisoryRecord(id="CVE-1", epss=Epss(probability=0.5))))
    index = StoreIndex(store)
    assert {item.vulnerability for item in index.about([ZLIB])[ZLIB]} == {"CVE-1"}
    (found,) = index.vulnerabilities(["CVE-1", "GHSA-1", "PYSEC-1"]).values()
    assert (found.name, found.aliases, found.title) == ("CVE-1", ("GHSA-1", "PYSEC-1"), "Overflow")
    assert (found.epss, found.sources) == (Epss(probability=0.5), ("epss", "ghsa", "osv/PyPI"))


def test_a_link_that_goes_parts_them_again(store: Store) -> None:
    take(store, "ghsa", raw(AdvisoryRecord(id="GHSA-1", aliases=("CVE-1",), affected=(affected(),))))
    take(store, "nvd", raw(AdvisoryRecord(id="CVE-1", description="x")))
    take(store, "ghsa", raw(AdvisoryRecord(id="GHSA-1", affected=(affected(),))))
    index = StoreIndex(store)
    assert [item.vulnerability for item in index.about([ZLIB])[ZLIB]] == ["GHSA-1"]
    assert {name: item.sources for name, item in index.vulnerabilities(["CVE-1", "GHSA-1"]).items()} == {
        "CVE-1": ("nvd",),
        "GHSA-1": ("ghsa",),
    }


def test_a_chain_with_two_cves_is_no_one_vulnerability(store: Store) -> None:
    take(
        store,
        "ghsa",
        raw(AdvisoryRecord(id="GHSA-1", aliases=("CVE-1", "CVE-2"), affected=(affected(),))),
        raw(AdvisoryRecord(id="GHSA-2", aliases=("CVE-2",), description="only the second")),
    )
    index = StoreIndex(store)
    assert {item.vulnerability for item in index.about([ZLIB])[ZLIB]} == {"CVE-1", "CVE-2"}
    found = index.vulnerabilities(["CVE-1", "CVE-2", "GHSA-1", "GHSA-2"])
    assert {name: item.aliases for name, item in found.items()} == {"CVE-1": ("GHSA-1",), "CVE-2": ("GHSA-2",)}


def test_a_notice_speaks_of_many_and_is_none(store: Store) -> None:
    notice = AdvisoryRecord(
        id="DSA-1", upstream=("CVE-1", "CVE-2"), covers=True, description="Two.", affected=(affected(),)
    )
    take(store, "debian-dsa", raw(notice))
    take(store, "nvd", raw(AdvisoryRecord(id="CVE-1", description="First.")))
    index = StoreIndex(store)
    assert {item.vulnerability for item in index.about([ZLIB])[ZLIB]} == {"CVE-1", "CVE-2"}
    found = index.vulnerabilities(["CVE-1", "CVE-2", "DSA-1"])
    assert {name: item.description for name, item in found.items()} == {"CVE-1": "First.", "CVE-2": ""}


def test_a_distribution_s_own_record_is_about_the_cve(store: Store) -> None:
    take(store, "osv/Debian", raw(AdvisoryRecord(id="DEBIAN-CVE-1", upstream=("CVE-1",), affected=(affected(),))))
    index = StoreIndex(store)
    assert [item.vulnerability for item in index.about([ZLIB])[ZLIB]] == ["CVE-1"]
    assert set(index.vulnerabilities(["CVE-1", "DEBIAN-CVE-1"])) == {"CVE-1"}


def test_what_is_withdrawn_or_informational_says_nothing(store: Store) -> None:
    gone = AdvisoryRecord(id="GHSA-1", state=VulnerabilityState.WITHDRAWN, title="x", affected=(affected(),))
    stale = AdvisoryRecord(id="RUSTSEC-1", informational=True, affected=(affected(),))
    take(store, "ghsa", raw(gone), raw(stale))
    index = StoreIndex(store)
    assert not index.about([ZLIB])
    assert index.vulnerabilities(["GHSA-1"])["GHSA-1"].state is VulnerabilityState.WITHDRAWN


def test_what_became_worse_is_history(store: Store) -> None:
    take(store, "nvd", raw(AdvisoryRecord(id="CVE-1", ratings=(HIGH,))))
    take(store, "kev", raw(AdvisoryRecord(id="CVE-1", kev=KnownExploited(ransomware=True))))
    take(store, "nvd", raw(AdvisoryRecord(id="CVE-1", ratings=(CRITICAL,))))
    rows = list(store.connection.rows("SELECT id, escalated, kev, ransomware, score FROM vulnerability"))
    assert rows[0][0] == named_id("CVE-1")
    assert rows[0][1] > "2026"
    assert rows[0][2:] == (1, 1, 9.8)
    assert next(store.connection.rows("SELECT count(*) FROM history"))[0] == 2


def test_exploits_of_a_record_about_several_reach_each(store: Store) -> None:
    code = Exploit(kind=ExploitKind.VERIFIED, source="exploitdb", url="https://exploits.example/1")
    take(store, "nvd", *(raw(AdvisoryRecord(id=name, description=name)) for name in ("CVE-1", "CVE-2")))
    take(
        store, "exploitdb", raw(AdvisoryRecord(id="EDB-1", upstream=("CVE-1", "CVE-2"), covers=True, exploits=(code,)))
    )
    found = StoreIndex(store).vulnerabilities(["CVE-1", "CVE-2", "EDB-1"])
    assert {name: item.exploits for name, item in found.items()} == {"CVE-1": (code,), "CVE-2": (code,)}


def test_a_forecast_alone_is_no_vulnerability(store: Store) -> None:
    take(store, "epss", raw(AdvisoryRecord(id="CVE-1", epss=Epss(probability=0.1))))
    assert not StoreIndex(store).vulnerabilities(["CVE-1"])


def test_the_newest_of_several_counts(store: Store) -> None:
    old = AdvisoryRecord(id="CVE-1", description="old", modified=datetime(2020, 1, 1, tzinfo=UTC))
    new = AdvisoryRecord(id="CVE-1", description="new", modified=datetime(2021, 1, 1, tzinfo=UTC))
    filler = [raw(AdvisoryRecord(id=f"CVE-9-{number}")) for number in range(2500)]
    take(store, "nvd", raw(new), *filler, raw(old))
    assert StoreIndex(store).vulnerabilities(["CVE-1"])["CVE-1"].description == "new"
    take(store, "nvd", raw(old), *filler, raw(new))
    assert StoreIndex(store).vulnerabilities(["CVE-1"])["CVE-1"].description == "new"
    store.merge("nvd", "debian", iter([raw(old)]), None, checked=NOW)
    assert StoreIndex(store).vulnerabilities(["CVE-1"])["CVE-1"].description == "new"
    assert store.sources()[0].state == {"etag": "x"}


def test_a_part_does_not_make_the_rest_understood(store: Store) -> None:
    one, two = (raw(AdvisoryRecord(id=name, affected=(affected(),))) for name in ("CVE-1", "CVE-2"))
    take(store, "debian", one, two)
    (now,) = store.sources()
    store.connection.run("UPDATE source SET version = version - 1")
    store.merge("debian", "debian", iter([one]), None, checked=NOW)
    assert [item.version for item in store.sources()] == [now.version - 1]
    take(store, "debian", one, two)
    assert [item.version for item in store.sources()] == [now.version]


def test_what_no_longer_stands_in_a_feed_goes(store: Store) -> None:
    records = [raw(AdvisoryRecord(id=f"CVE-{number}", affected=(affected(),))) for number in range(100)]
    take(store, "debian", *records)
    assert take(store, "debian", *records[1:]) == (0, 0, 1)
    assert len(StoreIndex(store).about([ZLIB])[ZLIB]) == 99
    assert not StoreIndex(store).vulnerabilities(["CVE-0"])
    with pytest.raises(Conflict, match="98 of 99 records"):
        take(store, "debian", records[1])
    assert store.sources()[0].records == 99
    assert take(store, "debian", records[1], force=True) == (0, 0, 98)


def test_a_reader_that_fails_leaves_the_source_as_it_was(store: Store) -> None:
    def broken() -> Iterator[RawRecord]:
        yield raw(AdvisoryRecord(id="CVE-2"))
        raise Malformed("cut off")

    take(store, "debian", raw(AdvisoryRecord(id="CVE-1", affected=(affected(),))))
    digest = store.digest
    with store.update():
        with pytest.raises(Malformed):
            store.replace("debian", "debian", broken(), {}, checked=NOW)
        take(store, "nvd", raw(AdvisoryRecord(id="CVE-3", description="of another source")))
    assert [source.records for source in store.sources()] == [1, 1]
    assert store.digest != digest
    assert set(StoreIndex(store).vulnerabilities(["CVE-1", "CVE-2", "CVE-3"])) == {"CVE-1", "CVE-3"}


def test_raw_records_come_back_as_they_were(store: Store) -> None:
    texts = {f"CVE-{number:04}": ("{}" if number % 2 else "long " * 1000) for number in range(1500)}
    take(store, "nvd", *(raw(AdvisoryRecord(id=id_), text) for id_, text in texts.items()))
    assert {id_: content.decode() for id_, _, content in store.raw("nvd")} == texts


def test_records_that_are_not_understood_are_kept_and_counted(store: Store) -> None:
    take(store, "nvd", RawRecord(id="odd", raw=b"{", record=None, fault="not JSON"))
    assert [(source.records, source.faults) for source in store.sources()] == [(1, 1)]
    assert [(id_, content) for id_, _, content in store.raw("nvd")] == [("odd", b"{")]


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from pellucid.advisories.feed import RawRecord
from pellucid.advisories.store.store import Store
from pellucid.domain.statement import AdvisoryRecord

def records():
    for number in range(20_000):
        if number == 15_000:
            os.kill(os.getpid(), signal.SIGKILL)
        yield RawRecord(id=f"CVE-{number}", raw=b"new", record=AdvisoryRecord(id=f"CVE-{number}", description="new"))

Store.open(Path(sys.argv[1])).replace("nvd", "debian", records(), {}, checked=datetime.now(UTC))
"""


def test_a_process_that_is_killed_leaves_the_old_data_whole(tmp_path: Path) -> None:
    path = tmp_path / "advisories.db"
    store = Store.open(path)
    take(store, "nvd", *(raw(AdvisoryRecord(id=f"CVE-{number}", description="old")) for number in range(50)))
    before = (store.digest, store.sources(), list(store.raw("nvd")))
    store.close()
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path)], env=os.environ, check=False)
    assert killed.returncode == -signal.SIGKILL
    store = Store.open(path)
    assert (store.digest, store.sources(), list(store.raw("nvd"))) == before
    assert StoreIndex(store).vulnerabilities(["CVE-7"])["CVE-7"].description == "old"
    store.close()


def test_a_reader_sees_the_old_data_until_all_is_there(tmp_path: Path) -> None:
    writer, reader = (Store.open(tmp_path / "advisories.db") for _ in range(2))
    take(writer, "nvd", raw(AdvisoryRecord(id="CVE-1", description="old")))
    with writer.update():
        take(writer, "nvd", raw(AdvisoryRecord(id="CVE-1", description="new")))
        assert StoreIndex(reader).vulnerabilities(["CVE-1"])["CVE-1"].description == "old"
    assert StoreIndex(reader).vulnerabilities(["CVE-1"])["CVE-1"].description == "new"
    writer.close()
    reader.close()


def test_another_database_is_no_store(tmp_path: Path) -> None:
    path = tmp_path / "advisories.db"
    path.write_bytes(b"this is no database, but long enough to look like a file of one " * 20)
    with pytest.raises(Malformed, match="no store of advisories"):
        Store.open(path)


def test_what_is_not_there_is_made_only_for_those_who_write(tmp_path: Path, postgresql_url: str) -> None:
    for place in (tmp_path / "advisories.db", postgresql_url):
        with pytest.raises(NotFound, match="no store of advisories"):
            Store.open(place, create=False)
        Store.open(place).close()
        Store.open(place, create=False).close()
