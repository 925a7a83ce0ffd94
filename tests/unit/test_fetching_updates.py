"""Updates into a real store: nothing twice, failures apart from each other, shrinking refused, folders as well."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support import small_feeds
from tests.support.feed_server import Fault, FeedServer
from tests.support.small_feeds import osv_record, put_osv

from pellucid.advisories.feeds import feed, feeds
from pellucid.advisories.fetching import importing
from pellucid.advisories.fetching.download import Downloader
from pellucid.advisories.fetching.mirrors import mirrors_of
from pellucid.advisories.fetching.protocol import Outcome, Unwatched
from pellucid.advisories.fetching.updating import Order, update
from pellucid.advisories.fetching.web import Web
from pellucid.advisories.store.store import Store
from pellucid.errors import Conflict, InvalidRequest


class Bench:
    """A store that is updated from a server."""

    def __init__(self, server: FeedServer, folder: Path) -> None:
        self.server = server
        self.store = Store.in_memory()
        self.folder = folder / "feeds"
        self.web = Web(mirrors_of(server.mirrors), Unwatched(), timeout=5, attempts=2, sleep=lambda _: None)

    def update(self, *wanted: str, whole: bool = False, force: bool = False) -> dict[str, Outcome]:
        order = Order(folder=self.folder, wanted=wanted, whole=whole, force=force)
        outcomes = update(feeds(), self.store, Downloader(self.web), order, Unwatched())
        return {outcome.source: outcome for outcome in outcomes}

    def ids(self, source: str) -> list[str]:
        return [id_ for id_, _, _ in self.store.raw(source)]

    def affected(self) -> int:
        """How many subjects records speak of."""
        return int(next(self.store.connection.rows("SELECT count(*) FROM affected"))[0])

    def sent(self) -> int:
        """Bytes of bodies since the last time."""
        return sum(item.sent for item in self.server.forget() if item.status in (200, 206))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with FeedServer() as server:
        made = Bench(server, tmp_path)
        yield made
        made.store.close()


def test_a_second_update_without_changes_does_nothing(bench: Bench) -> None:
    put_osv(bench.server, [osv_record(number) for number in range(1, 31)])
    small_feeds.put_debian(bench.server, 20)
    number = small_feeds.put_nvd_years(bench.server, small_feeds.moment(20))
    first = bench.update("nvd", "debian", "osv/Go")
    assert {source: (item.state, item.records) for source, item in first.items()} == {
        "nvd": ("new", number),
        "debian": ("new", 20),
        "osv/Go": ("new", 30),
    }
    assert first["osv/Go"].newest == datetime(2026, 8, 1, tzinfo=UTC)
    assert bench.sent() > 0
    digest, sources = bench.store.digest, bench.store.sources()
    second = bench.update("nvd", "debian", "osv/Go")
    assert {item.state for item in second.values()} == {"unchanged"}
    assert {item.records for item in second.values()} == {number, 20, 30}
    assert bench.sent() == 0
    assert bench.store.digest == digest
    for before, after in zip(sources, bench.store.sources(), strict=True):
        assert before.checked
        assert after.checked
        assert after.checked > before.checked
        assert (after.updated, after.digest) == (before.updated, before.digest)
    assert [path.name for path in bench.folder.iterdir()] == [".lock"], "nothing is left lying about"


def test_changes_are_merged_and_a_whole_update_removes(bench: Bench) -> None:
    put_osv(bench.server, [osv_record(number) for number in range(1, 31)])
    bench.update("osv/Go")
    changed = [osv_record(1, "2026-08-03T00:00:00Z", "7.7"), *(osv_record(number) for number in range(2, 30))]
    put_osv(bench.server, changed)
    loaded = bench.update("osv/Go")["osv/Go"].loaded
    assert loaded
    assert (loaded.added, loaded.changed, loaded.removed) == (0, 1, 0)
    assert len(bench.ids("osv/Go")) == 30, "the list does not tell of what was deleted"
    loaded = bench.update("osv/Go", whole=True)["osv/Go"].loaded
    assert loaded
    assert (loaded.added, loaded.changed, loaded.removed) == (0, 0, 1)


def test_what_an_older_program_took_in_is_understood_again(bench: Bench) -> None:
    put_osv(bench.server, [osv_record(number) for number in range(1, 31)])
    small_feeds.put_debian(bench.server, 20)
    bench.update("debian", "osv/Go")
    before, affected = bench.store.sources(), bench.affected()
    bench.sent()
    # As a program would have left it whose readers did not see what is affected.
    bench.store.connection.run("DELETE FROM affected")
    bench.store.connection.run("UPDATE source SET version = version - 1")
    put_osv(bench.server, [*(osv_record(number) for number in range(1, 31)), osv_record(31, "2026-08-03T00:00:00Z")])
    outcomes = bench.update("osv/Go")
    assert outcomes["osv/Go"].records == 31
    assert bench.affected() == affected + 1, "of the source that was not asked for, too"
    after = bench.store.sources()
    assert [item.version for item in after] == [item.version for item in before]
    assert (after[0].checked, after[0].digest, after[0].state) == (before[0].checked, before[0].digest, before[0].state)
    digest = bench.store.digest
    bench.update("osv/Go")
    assert bench.store.digest == digest, "only once"


def test_a_source_that_fails_does_not_stop_the_others(bench: Bench) -> None:
    put_osv(bench.server, [osv_record(1)])
    small_feeds.put_debian(bench.server, 20)
    bench.update("debian", "osv/Go")
    put_osv(bench.server, [osv_record(1), osv_record(2, "2026-08-03T00:00:00Z")])
    bench.server.put(small_feeds.TRACKER, b'{"tool": {"CVE-2026-0001": {"releases"')
    outcomes = bench.update("debian", "osv/Go", "curl")
    assert {source: item.state for source, item in outcomes.items()} == {
        "debian": "failed",
        "osv/Go": "new",
        "curl": "failed",
    }
    assert "security-tracker.json" in outcomes["debian"].failure
    assert "404" in outcomes["curl"].failure
    assert len(bench.ids("debian")) == 20, "what was there is kept"
    small_feeds.put_debian(bench.server, 21)
    assert bench.update("debian")["debian"].records == 21


def test_a_source_that_lost_many_records_is_refused_unless_forced(bench: Bench) -> None:
    small_feeds.put_debian(bench.server, 200)
    bench.update("debian")
    small_feeds.put_debian(bench.server, 150)
    refused = bench.update("debian")["debian"]
    assert "50 of 200 records would be gone" in refused.failure
    assert len(bench.ids("debian")) == 200
    bench.server.forget()
    assert bench.update("debian", force=True)["debian"].state == "new"
    assert bench.sent() == 0, "it had been fetched already"
    assert len(bench.ids("debian")) == 150
    small_feeds.put_debian(bench.server, 140)
    assert bench.update("debian")["debian"].state == "new"


def test_ecosystems_that_are_not_fetched_by_themselves_are_when_they_are_named(bench: Bench) -> None:
    put_osv(bench.server, [osv_record(1)], "Bitnami")
    assert bench.update("osv/Bitnami")["osv/Bitnami"].records == 1


def test_wanted_sources_have_to_exist(bench: Bench) -> None:
    with pytest.raises(InvalidRequest, match="no source 'nwd'"):
        bench.update("nwd")
    assert bench.server.asked == []


def test_two_updates_at_once_are_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    put_osv(bench.server, [osv_record(1)])

    def again(_self: object, _count: int, _total: int | None) -> None:
        with pytest.raises(Conflict, match="under way"):
            bench.update("debian")
        monkeypatch.undo()

    monkeypatch.setattr(Unwatched, "transferred", again)
    assert bench.update("osv/Go")["osv/Go"].state == "new"


def test_a_download_is_resumed_by_the_next_update(bench: Bench) -> None:
    put_osv(bench.server, [osv_record(number) for number in range(1, 400)])
    archive = f"{small_feeds.OSV}Go/all.zip"
    bench.server.break_next(archive, Fault(cut=20_000), Fault(cut=10_000))
    assert "tried 2 times" in bench.update("osv/Go")["osv/Go"].failure
    assert bench.ids("osv/Go") == []
    bench.server.forget()
    assert bench.update("osv/Go")["osv/Go"].records == 399
    (asked,) = [item for item in bench.server.asked if item.address.endswith("all.zip")]
    assert (asked.status, asked.headers["range"]) == (206, "bytes=30000-")


def lay_out(folder: Path, count: int, modified: str = "2026-08-01T00:00:00Z") -> Path:
    """A folder of feeds: an archive of Go's records, and a page that nobody knows."""
    with FeedServer() as server:
        put_osv(server, [osv_record(number, modified) for number in range(1, count + 1)])
        target = folder / "osv" / "Go"
        target.mkdir(parents=True, exist_ok=True)
        for name in ("all.zip", "modified_id.csv"):
            (target / name).write_bytes(server.files[f"/storage.googleapis.com/osv-vulnerabilities/Go/{name}"])
    (folder / "README.md").write_text("nothing for us")
    return folder


def test_a_folder_is_taken_in_and_the_unknown_named(bench: Bench, tmp_path: Path) -> None:
    folder = lay_out(tmp_path / "carried", 30)
    found, unknown = importing.recognised(feeds(), folder)
    assert [(item.source, item.is_whole) for item in found] == [("osv/Go", True)]
    assert [path.name for path in unknown] == ["README.md"]
    (outcome,) = importing.take_in(found, bench.store, Unwatched())
    assert (outcome.state, outcome.records) == ("new", 30)
    (again,) = importing.take_in(found, bench.store, Unwatched())
    assert again.state == "unchanged"


def test_an_older_folder_removes_nothing(bench: Bench, tmp_path: Path) -> None:
    put_osv(bench.server, [osv_record(number, "2026-08-20T00:00:00Z") for number in range(1, 32)])
    bench.update("osv/Go")
    folder = lay_out(tmp_path / "carried", 30)
    import_old = datetime.now(UTC) - timedelta(days=30)
    for path in folder.rglob("*.zip"):
        os.utime(path, (import_old.timestamp(), import_old.timestamp()))
    found, _ = importing.recognised(feeds(), folder)
    (outcome,) = importing.take_in(found, bench.store, Unwatched())
    assert (outcome.state, outcome.records) == ("unchanged", 31)
    (status,) = bench.store.sources()
    assert status.checked
    assert status.checked > import_old + timedelta(days=1)


def test_files_of_a_source_that_are_not_all_of_it_add_to_it(bench: Bench, tmp_path: Path) -> None:
    number = small_feeds.put_nvd_years(bench.server, small_feeds.moment(20))
    bench.update("nvd")
    folder = tmp_path / "nvd"
    folder.mkdir()
    records = [small_feeds.nvd_record("CVE-2024-7777")]
    small_feeds.put_nvd(bench.server, "2024", records, small_feeds.moment(21))
    for name in ("nvdcve-2.0-2024.json.gz", "nvdcve-2.0-2024.meta"):
        (folder / name).write_bytes(bench.server.files[f"/nvd.nist.gov/feeds/json/cve/2.0/{name}"])
    found, _ = importing.recognised(feeds(), folder)
    (outcome,) = importing.take_in(found, bench.store, Unwatched())
    assert outcome.records == number + 1
    (folder / "nvdcve-2.0-2024.meta").write_text(f"lastModifiedDate:2026-08-01T00:00:00Z\nsha256:{'0' * 64}\n")
    (outcome,) = importing.take_in(found, bench.store, Unwatched())
    assert "SHA-256" in outcome.failure


def test_a_folder_without_anything_known_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("nothing")
    with pytest.raises(InvalidRequest, match="no vulnerability data"):
        importing.recognised(feeds(), tmp_path)


def test_what_is_published_anew_under_another_layout_is_read_by_its_feed(tmp_path: Path) -> None:
    """A single record in a file of its own, as OSV serves it."""
    path = tmp_path / "GO-2026-0001.json"
    path.write_text(json.dumps(osv_record(1)))
    found, _ = importing.recognised(feeds(), path)
    assert [(item.source, item.is_whole) for item in found] == [("osv/Go", False)]
    assert replace(found[0], paths=[]).feed is feed("osv")
