"""`pellucid advisories` as a shell runs it, against publishers on loopback: update, kill -9, export, import, status."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support import small_feeds
from tests.support.command_line import PELLUCID, Ended, environment, pellucid
from tests.support.feed_server import Fault, FeedServer
from tests.support.small_feeds import osv_record, put_osv

ARCHIVE = f"{small_feeds.OSV}Go/all.zip"
WAIT_SECONDS = 60.0
ZSTANDARD = b"\x28\xb5\x2f\xfd"


class Site:
    """A data directory, and publishers that it is updated from."""

    def __init__(self, data_dir: Path, server: FeedServer) -> None:
        self.data_dir = data_dir
        self.settings = {"PELLUCID_FEEDS_MIRRORS": server.mirrors, "PELLUCID_FEEDS_BACKOFF": "0.01"}

    def run(self, action: str, *arguments: object, **variables: str) -> Ended:
        settings = self.settings | variables
        return pellucid("advisories", action, *arguments, "--data-dir", self.data_dir, **settings)

    def status(self) -> dict[str, dict[str, Any]]:
        ended = self.run("status", "--json")
        assert ended.code == 0, ended.stderr
        sources = json.loads(ended.stdout)["sources"]
        # Which is another one in every second.
        ages = [item.pop("age") for item in sources]
        assert all(age >= 0 for age in ages)
        return {item["source"]: item for item in sources}

    def killed(self, *sources: str, when: Callable[[], bool]) -> None:
        """An update that is killed, with no chance to clean up, as soon as `when` says so."""
        command = [*PELLUCID, "advisories", "update", *sources, "--data-dir", str(self.data_dir)]
        with subprocess.Popen(command, env=environment(**self.settings), stderr=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + WAIT_SECONDS
            while not when():
                assert process.poll() is None, "it ended too early"
                assert time.monotonic() < deadline
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        yield running


@pytest.fixture
def site(server: FeedServer, tmp_path: Path) -> Site:
    return Site(tmp_path / "data", server)


def test_an_update_says_what_it_did_and_a_second_one_does_nothing(site: Site, server: FeedServer) -> None:
    put_osv(server, [osv_record(number) for number in range(1, 31)])
    small_feeds.put_debian(server, 20)
    first = site.run("update", "debian", "osv/Go")
    assert first.code == 0, first.stderr
    assert [line.split()[:5] for line in first.stdout.splitlines()] == [
        ["source", "state", "records", "changed", "newest"],
        ["debian", "new", "20", "20", "undated"],
        ["osv/Go", "new", "30", "30", "2026-08-01"],
    ]
    before = site.status()
    server.forget()
    second = site.run("update", "debian", "osv/Go")
    assert [line.split()[1:4] for line in second.stdout.splitlines()[1:]] == [
        ["unchanged", "20", "0"],
        ["unchanged", "30", "0"],
    ]
    assert {item.status for item in server.asked} == {304}
    assert {name: item["digest"] for name, item in site.status().items()} == {
        name: item["digest"] for name, item in before.items()
    }


def test_what_fails_is_said_and_the_rest_is_done(site: Site, server: FeedServer) -> None:
    put_osv(server, [osv_record(1)])
    server.break_next(small_feeds.TRACKER, *[Fault(status=503)] * 5)
    ended = site.run("update", PELLUCID_FEEDS_WANTED="debian, osv/Go")
    assert ended.code == 1
    assert "debian: failed: " in ended.stderr
    assert "answers 503 Service Unavailable (tried 5 times)" in ended.stderr
    assert list(site.status()) == ["osv/Go"]
    assert site.run("update", "debian").code == 2, "nothing of it could be done"
    wrong = site.run("update", "osv/Nowhere")
    assert (wrong.code, wrong.stdout) == (2, "")
    assert "There is no source 'osv/Nowhere'" in wrong.stderr


def test_killed_while_it_fetches_the_old_data_is_whole_and_the_rest_is_fetched(site: Site, server: FeedServer) -> None:
    put_osv(server, [osv_record(number) for number in range(1, 11)])
    assert site.run("update", "osv/Go").code == 0
    before = site.status()
    put_osv(server, [osv_record(number, "2026-08-09T00:00:00Z") for number in range(1, 2500)])
    size = len(server.files["/storage.googleapis.com/osv-vulnerabilities/Go/all.zip"])
    server.break_next(ARCHIVE, Fault(pause=0.05))
    part = site.data_dir / "feeds" / "osv%2FGo" / "osv" / "Go" / "all.zip.part"
    site.killed("osv/Go", when=lambda: part.exists() and part.stat().st_size > 20_000)
    assert site.status() == before
    server.forget()
    assert site.run("update", "osv/Go").code == 0
    (asked,) = [item for item in server.asked if item.address.endswith("all.zip")]
    assert asked.status == 206
    assert 0 < asked.sent < size - 20_000
    assert site.status()["osv/Go"]["records"] == 2499


def test_killed_while_it_takes_data_in_the_old_data_is_whole(site: Site, server: FeedServer) -> None:
    put_osv(server, [osv_record(number) for number in range(1, 11)])
    small_feeds.put_debian(server, 20)
    assert site.run("update", "debian", "osv/Go").code == 0
    before = site.status()
    put_osv(server, [osv_record(number, "2026-08-09T00:00:00Z") for number in range(1, 8_000)])
    small_feeds.put_debian(server, 19)
    log = site.data_dir / "advisories.db-wal"
    site.killed("debian", "osv/Go", when=lambda: log.exists() and log.stat().st_size > 3 << 20)
    assert site.status() == before
    server.forget()
    after = site.run("update", "debian", "osv/Go")
    assert after.code == 0, after.stderr
    assert {item.status for item in server.asked if not item.address.endswith(".csv")} == {304}, "fetched already"
    assert {name: item["records"] for name, item in site.status().items()} == {"debian": 19, "osv/Go": 7_999}


def test_a_bundle_is_carried_to_a_site_without_internet(site: Site, server: FeedServer, tmp_path: Path) -> None:
    put_osv(server, [osv_record(number) for number in range(1, 31)])
    assert site.run("export", tmp_path / "empty").code == 2, "there is nothing yet"
    assert site.run("update", "osv/Go").code == 0
    path = tmp_path / "advisories.bundle"
    exported = site.run("export", path)
    assert exported.code == 0, exported.stderr
    key = exported.stdout.split()[-1]
    assert site.run("keygen").stdout.strip() == key
    there = Site(tmp_path / "there", FeedServer())
    refused = there.run("import", path)
    assert (refused.code, refused.stdout) == (2, "")
    assert key in refused.stderr
    assert not there.data_dir.exists(), "nothing is changed"
    taken = there.run("import", path, PELLUCID_FEEDS_TRUSTED_KEYS=key)
    assert taken.code == 0, taken.stderr
    here = site.status()["osv/Go"]
    assert there.status()["osv/Go"] | {"updated": ""} == here | {"updated": ""}, "as old as it was there"
    assert "unchanged" in there.run("import", path, "--key", key).stdout
    content = bytearray(path.read_bytes())
    content[content.index(ZSTANDARD) + 30] ^= 1
    path.write_bytes(content)
    assert "altered" in there.run("import", path, "--key", key, "--force", "--unsigned").stderr
    assert there.status()["osv/Go"]["digest"] == here["digest"]


def test_a_folder_of_feeds_is_taken_in(site: Site, server: FeedServer, tmp_path: Path) -> None:
    put_osv(server, [osv_record(number) for number in range(1, 31)])
    folder = tmp_path / "carried" / "osv" / "Go"
    folder.mkdir(parents=True)
    (folder / "all.zip").write_bytes(server.files["/storage.googleapis.com/osv-vulnerabilities/Go/all.zip"])
    (folder / "notes.txt").write_text("from the stick")
    long_ago = time.time() - 30 * 86400
    os.utime(folder / "all.zip", (long_ago, long_ago))
    taken = site.run("import", tmp_path / "carried")
    assert taken.code == 0, taken.stderr
    assert "not known, left out:" in taken.stderr
    assert "notes.txt" in taken.stderr
    status = site.run("status")
    assert status.code == 0
    assert "30 days  out of date" in status.stdout
    assert "Open Source Vulnerabilities: CC-BY-4.0" in status.stdout
    assert server.asked == [], "nobody is asked"
