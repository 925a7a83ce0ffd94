"""Ways of fetching a source: as little as its publisher makes possible, and all of it where that would miss some."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.support import small_feeds
from tests.support.feed_server import Fault, FeedServer
from tests.support.small_feeds import moment, nvd_record, osv_record, put_nvd, put_osv

from pellucid.advisories.feeds import feed
from pellucid.advisories.fetching import alpine_releases, nvd_api, nvd_files, osv_exports, whole_files
from pellucid.advisories.fetching.download import Downloader
from pellucid.advisories.fetching.mirrors import Mirrors, mirrors_of
from pellucid.advisories.fetching.protocol import Fetched, State, Unwatched
from pellucid.advisories.fetching.strategy import Task
from pellucid.advisories.fetching.web import Web
from pellucid.errors import Malformed, NotFound

NOW = datetime(2026, 8, 22, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        yield running


class Bench:
    """One source, fetched again and again with the state of the last time."""

    def __init__(self, server: FeedServer, folder: Path, name: str, source: str) -> None:
        web = Web(mirrors_of(server.mirrors), Unwatched(), timeout=5, sleep=lambda _: None)
        found = feed(name)
        self.feed = found
        self.server = server
        self.state: State = {}
        self.task = Task(
            feed=found,
            source=source,
            files=tuple(file for file in found.files if file.source == source),
            state={},
            folder=folder,
            now=NOW,
            downloads=Downloader(web),
        )

    def at(self, now: datetime, **changes: object) -> Fetched:
        ways = {"osv": osv_exports.fetch, "nvd": nvd_files.fetch}
        task = replace(self.task, now=now, state=json.loads(json.dumps(self.state)), **changes)  # type: ignore[arg-type]  # by name
        fetched = ways.get(self.feed.name, whole_files.fetch)(task)
        self.state = fetched.state
        return fetched

    def ids(self, fetched: Fetched) -> list[str]:
        return sorted(record.id for path in fetched.paths for record in self.feed.read(path))

    def asked(self) -> list[tuple[str, int]]:
        """(last part of the address, status) of each request since the last time."""
        return [(item.address.rpartition("/")[2], item.status) for item in self.server.forget()]


def test_osv_is_fetched_whole_and_then_by_record(server: FeedServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, "osv", "osv/Go")
    records = [osv_record(number) for number in range(1, 4)]
    put_osv(server, records)
    first = bench.at(NOW)
    assert (len(bench.ids(first)), first.partial) == (3, False)
    assert bench.asked() == [("modified_id.csv", 200), ("all.zip", 200)]
    same = bench.at(NOW + timedelta(hours=1))
    assert same.paths == ()
    assert bench.asked() == [("modified_id.csv", 304)]
    put_osv(server, [*records[1:], osv_record(1, "2026-08-22T12:30:00.5Z"), osv_record(9, "2026-08-22T12:30:00.25Z")])
    changed = bench.at(NOW + timedelta(hours=2))
    assert changed.partial
    assert set(bench.ids(changed)) >= {"GO-2026-0001", "GO-2026-0009"}
    assert "all.zip" not in [name for name, _ in bench.asked()]
    assert bench.state["seen"] == "2026-08-22T12:30:00.5Z"


def test_osv_is_fetched_whole_again_after_a_week_unless_it_is_the_same(server: FeedServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, "osv", "osv/Go")
    put_osv(server, [osv_record(1)])
    assert bench.at(NOW).paths
    bench.asked()
    assert bench.at(NOW + timedelta(days=8)).paths == ()
    assert ("all.zip", 304) in bench.asked()
    put_osv(server, [osv_record(2)])
    assert bench.ids(bench.at(NOW + timedelta(days=16))) == ["GO-2026-0002"]


@pytest.mark.parametrize(
    "lines",
    [
        "".join(f"2026-08-22T12:30:00Z,GO-2026-{number}\n" for number in range(osv_exports.MOST_CHANGES + 1)),
        "2026-08-22T12:30:00Z,GO-2026-0001\n2026-08-22T12:31:00Z,GO-2026-0002\n",
        "2026-08-22T12:30:00Z,../../../etc/passwd\n",
        "yesterday,GO-2026-0001\n",
        "x" * 1000,
    ],
    ids=["too much", "no order", "no id", "no time", "no line"],
)
def test_osv_is_fetched_whole_when_the_list_is_of_no_use(server: FeedServer, tmp_path: Path, lines: str) -> None:
    bench = Bench(server, tmp_path, "osv", "osv/Go")
    put_osv(server, [osv_record(1)])
    bench.at(NOW)
    put_osv(server, [osv_record(1), osv_record(2)])
    server.put(f"{small_feeds.OSV}Go/modified_id.csv", lines.encode())
    fetched = bench.at(NOW + timedelta(hours=1))
    assert (bench.ids(fetched), fetched.partial) == (["GO-2026-0001", "GO-2026-0002"], False)


def test_osv_without_a_list_is_fetched_whole(server: FeedServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, "osv", "osv/Go")
    put_osv(server, [osv_record(1)])
    del server.files["/storage.googleapis.com/osv-vulnerabilities/Go/modified_id.csv"]
    assert bench.at(NOW).paths
    assert bench.at(NOW).paths == ()
    assert bench.asked()[-1] == ("all.zip", 304)


def test_a_record_of_the_list_that_is_gone_is_left_out(server: FeedServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, "osv", "osv/Go")
    put_osv(server, [osv_record(1)])
    bench.at(NOW)
    put_osv(server, [osv_record(1, "2026-08-22T12:30:00Z"), osv_record(2, "2026-08-22T12:31:00Z")])
    del server.files["/storage.googleapis.com/osv-vulnerabilities/Go/GO-2026-0002.json"]
    assert bench.ids(bench.at(NOW + timedelta(hours=1))) == ["GO-2026-0001"]


def test_nvd_is_fetched_by_year_and_then_what_was_modified(server: FeedServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, "nvd", "nvd")
    number = small_feeds.put_nvd_years(server, moment(20))
    first = bench.at(moment(20))
    assert (len(bench.ids(first)), first.partial) == (number, False)
    bench.asked()
    assert bench.at(moment(20, 13)).paths == ()
    assert bench.asked() == [("nvdcve-2.0-modified.meta", 304)]
    put_nvd(server, "modified", [nvd_record("CVE-2024-0001", "2026-08-21T00:00:00.000")], moment(21))
    put_nvd(server, "2024", [nvd_record("CVE-2024-0001", "2026-08-21T00:00:00.000")], moment(21))
    changed = bench.at(moment(21))
    assert (bench.ids(changed), changed.partial) == (["CVE-2024-0001"], True)
    assert [name for name, _ in bench.asked()] == ["nvdcve-2.0-modified.meta", "nvdcve-2.0-modified.json.gz"]


def test_after_eight_days_the_years_that_have_changed_are_fetched(server: FeedServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, "nvd", "nvd")
    small_feeds.put_nvd_years(server, moment(1))
    bench.at(moment(1))
    bench.asked()
    put_nvd(server, "2024", [nvd_record("CVE-2024-0001"), nvd_record("CVE-2024-0007")], moment(9))
    put_nvd(server, "modified", [nvd_record("CVE-2024-0009")], moment(9))
    changed = bench.at(moment(9))
    assert changed.partial
    assert bench.ids(changed) == ["CVE-2024-0001", "CVE-2024-0007", "CVE-2024-0009"]
    fetched = [name for name, status in bench.asked() if status == 200]
    assert fetched == [
        "nvdcve-2.0-modified.meta",
        *("nvdcve-2.0-2024.meta", "nvdcve-2.0-2024.json.gz"),
        "nvdcve-2.0-modified.json.gz",
    ]


def test_a_file_of_the_nvd_with_another_checksum_is_refused(server: FeedServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, "nvd", "nvd")
    small_feeds.put_nvd_years(server, moment(1))
    bench.at(moment(1))
    put_nvd(server, "modified", [nvd_record("CVE-2024-0001")], moment(2))
    meta = server.files["/nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-modified.meta"]
    put_nvd(server, "modified", [nvd_record("CVE-2024-0002")], moment(3))
    server.put(f"{small_feeds.NVD}nvdcve-2.0-modified.meta", meta)
    with pytest.raises(Malformed, match="SHA-256"):
        bench.at(moment(3))
    put_nvd(server, "modified", [nvd_record("CVE-2024-0003")], moment(4))
    assert bench.ids(bench.at(moment(4))) == ["CVE-2024-0003"]


def test_the_file_of_a_year_that_has_just_begun_may_be_missing(server: FeedServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, "nvd", "nvd")
    number = small_feeds.put_nvd_years(server, moment(1))
    newest = [file for file in bench.task.files if not file.partial][-1]
    del server.files["/nvd.nist.gov" + urlsplit(newest.address).path.replace(".json.gz", ".meta")]
    assert len(bench.ids(bench.at(moment(1)))) == number - 3
    del server.files["/nvd.nist.gov/feeds/json/cve/2.0/nvdcve-2.0-2010.meta"]
    bench.state = {}
    with pytest.raises(NotFound):
        bench.at(moment(1))


@pytest.mark.parametrize("text", ["", "sha256:ABC\r\nlastModifiedDate:2026-08-01T00:00:00Z", f"sha256:{'0' * 64}"])
def test_what_is_no_meta_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        nvd_files.parse_meta(text, {})


class Api(Web):
    """The API of the NVD, as it answers."""

    def __init__(self, records: Sequence[dict[str, Any]]) -> None:
        super().__init__(Mirrors(), Unwatched(), sleep=self.slept)
        self.records = records
        self.queries: list[dict[str, str]] = []
        self.keys: list[str] = []
        self.pauses: list[float] = []

    def slept(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def page(self, address: str, headers: object = None, *, largest: int = 0) -> bytes:
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.queries.append(query)
        self.keys.append(headers.get("apiKey", "") if isinstance(headers, dict) else "")
        start = int(query["startIndex"])
        page = self.records[start : start + int(query["resultsPerPage"])]
        document = small_feeds.nvd_document(page, len(self.records))
        assert len(document) < largest
        return document


def test_the_api_is_asked_page_by_page_with_a_key(server: FeedServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, "nvd", "nvd")
    api = Api([nvd_record(f"CVE-2026-{number:05d}") for number in range(4500)])
    bench.task = replace(bench.task, nvd_key="secret", downloads=Downloader(api))
    bench.state = {"synced": moment(20).isoformat(), "files": {"a": 1}}
    fetched = bench.at(moment(22))
    assert (len(bench.ids(fetched)), fetched.partial) == (4500, True)
    assert [query["startIndex"] for query in api.queries] == ["0", "2000", "4000"]
    assert api.queries[0]["lastModStartDate"] == "2026-08-20T11:00:00.000+00:00"
    assert set(api.keys) == {"secret"}
    assert len(api.pauses) == 2
    assert fetched.state == {"synced": moment(22).isoformat(), "files": {"a": 1}}


def test_windows_are_no_longer_than_the_api_accepts() -> None:
    found = list(nvd_api.windows(moment(1), moment(1) + timedelta(days=300)))
    assert [end - begin for begin, end in found] == [timedelta(days=119), timedelta(days=119), timedelta(days=62)]
    assert all(earlier[1] == later[0] for earlier, later in pairwise(found))


def test_a_throttled_403_of_the_nvd_is_waited_for(server: FeedServer, tmp_path: Path) -> None:
    pauses: list[float] = []
    with Web(mirrors_of(server.mirrors), Unwatched(), sleep=pauses.append) as web:
        server.put("https://services.nvd.nist.gov/x", b"{}")
        server.break_next("https://services.nvd.nist.gov/x", Fault(status=403))
        assert web.page(web.place("nvd", "https://services.nvd.nist.gov/x"), {"apiKey": "k"}) == b"{}"
    assert pauses == [2.0]


def test_files_of_one_source_are_read_again_together(server: FeedServer, tmp_path: Path) -> None:
    bench = Bench(server, tmp_path, "alpine", "alpine")
    small_feeds.put_alpine(server, "v3.19", "main", {"tool": {"1.0-r1": ["CVE-2026-0001"]}})
    small_feeds.put_alpine(server, "v3.20", "main", {"tool": {"1.0-r2": ["CVE-2026-0002"]}})
    assert len(bench.ids(bench.at(NOW))) == 2
    bench.asked()
    assert bench.at(NOW).paths == ()
    assert {status for _, status in bench.asked()} == {304, 404}
    small_feeds.put_alpine(server, "v3.20", "main", {"tool": {"1.0-r2": ["CVE-2026-0003"]}})
    changed = bench.at(NOW)
    assert not changed.partial
    assert len(bench.ids(changed)) == 2


def test_a_source_of_which_nothing_is_there_is_missing(server: FeedServer, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Bench(server, tmp_path, "alpine", "alpine").at(NOW)


def test_new_releases_of_alpine_are_found_in_its_list(server: FeedServer, tmp_path: Path) -> None:
    known = feed("alpine")
    with Web(mirrors_of(server.mirrors), Unwatched()) as web:
        assert alpine_releases.files(known, web) == known.files, "without a list"
        server.put(
            small_feeds.SECDB, b'<a href="v3.19/">v3.19/</a><a href="v3.98/">v3.98/</a><a href="v3.1/">v3.1/</a>'
        )
        added = alpine_releases.files(known, web)[len(known.files) :]
    assert [file.address for file in added] == [
        f"{small_feeds.SECDB}v3.98/main.json",
        f"{small_feeds.SECDB}v3.98/community.json",
    ]
    assert {(file.source, file.name.rpartition("/")[0]) for file in added} == {("alpine", "alpine-secdb/v3.98")}
