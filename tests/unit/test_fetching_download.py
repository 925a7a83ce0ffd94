"""Files from publishers: conditional, resumed, verified, bounded; the busy are waited for, the broken refused."""

import gzip
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.feed_server import Fault, FeedServer

from pellucid.advisories.fetching.download import Downloader
from pellucid.advisories.fetching.mirrors import Mirrors, mirrors_of
from pellucid.advisories.fetching.protocol import Unwatched
from pellucid.advisories.fetching.verification import verify
from pellucid.advisories.fetching.web import Web
from pellucid.errors import ConfigurationError, Malformed, NotFound, PayloadTooLarge, ServerUnreachable, StorageFull

ADDRESS = "https://example.org/data/feed.json"


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        yield running


class Patience(list[float]):
    """A `sleep` that takes down how long it should have slept."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def downloader(server: FeedServer, pauses: Patience | None = None, **options: int) -> Downloader:
    web = Web(
        mirrors_of(server.mirrors), Unwatched(), timeout=5, attempts=4, sleep=Patience() if pauses is None else pauses
    )
    return Downloader(web, **options)


def get(server: FeedServer, target: Path, known: object = None, address: str = ADDRESS) -> object:
    downloads = downloader(server)
    return downloads.changed(downloads.web.place("any", address), target, known)  # type: ignore[arg-type]  # as stored


def test_a_file_is_fetched_once_and_then_only_when_it_has_changed(server: FeedServer, tmp_path: Path) -> None:
    server.put(ADDRESS, b'{"a": 1}')
    downloads = downloader(server)
    address = downloads.web.place("any", ADDRESS)
    first = downloads.changed(address, tmp_path / "feed.json", None)
    assert first
    assert first.path.read_bytes() == b'{"a": 1}'
    assert downloads.changed(address, tmp_path / "other.json", first.validators) is None
    assert [item.status for item in server.asked] == [200, 304]
    server.put(ADDRESS, b'{"a": 2}')
    second = downloads.changed(address, tmp_path / "other.json", first.validators)
    assert second
    assert second.path.read_bytes() == b'{"a": 2}'


def test_what_was_fetched_and_never_taken_in_is_not_fetched_again(server: FeedServer, tmp_path: Path) -> None:
    server.put(ADDRESS, b'{"a": 1}')
    first = get(server, tmp_path / "feed.json")
    second = get(server, tmp_path / "feed.json")
    assert first == second
    assert [item.status for item in server.asked] == [200, 304]


def test_what_was_taken_in_before_its_file_was_removed_is_known(server: FeedServer, tmp_path: Path) -> None:
    server.put(ADDRESS, b'{"a": 1}')
    downloads = downloader(server)
    address = downloads.web.place("any", ADDRESS)
    first = downloads.changed(address, tmp_path / "feed.json", None)
    assert first
    assert downloads.changed(address, tmp_path / "feed.json", first.validators) is None


def test_a_download_goes_on_where_it_was_cut_off(server: FeedServer, tmp_path: Path) -> None:
    content = b'{"a": "' + os.urandom(100_000).hex().encode() + b'"}'
    server.put(ADDRESS, content)
    server.break_next(ADDRESS, Fault(cut=50_000), Fault(cut=50_000))
    pauses = Patience()
    downloads = downloader(server, pauses)
    found = downloads.changed(downloads.web.place("any", ADDRESS), tmp_path / "feed.json", None)
    assert found
    assert found.path.read_bytes() == content
    assert [item.status for item in server.asked] == [200, 206, 206]
    assert sum(item.sent for item in server.asked) == len(content)
    assert pauses == [2.0, 4.0]


def test_it_begins_anew_when_the_file_has_changed_meanwhile(server: FeedServer, tmp_path: Path) -> None:
    server.put(ADDRESS, b'{"a": "' + b"1" * 100_000 + b'"}')
    server.break_next(ADDRESS, *[Fault(cut=50_000)] * 4)
    server.ranges = False
    with pytest.raises(ServerUnreachable, match="tried 4 times"):
        get(server, tmp_path / "feed.json")
    server.ranges = True
    server.put(ADDRESS, b'{"b": 2}')
    assert get(server, tmp_path / "feed.json")
    assert (tmp_path / "feed.json").read_bytes() == b'{"b": 2}'


def test_a_resumed_file_that_does_not_fit_together_is_fetched_whole(server: FeedServer, tmp_path: Path) -> None:
    address = "https://example.org/feed.json.gz"
    content = gzip.compress(os.urandom(100_000))
    server.put(address, content)
    server.break_next(address, *[Fault(cut=50_000)] * 4)
    server.ranges = False
    with pytest.raises(ServerUnreachable):
        get(server, tmp_path / "feed.json.gz", address=address)
    server.ranges = True
    part = tmp_path / "feed.json.gz.part"
    part.write_bytes(b"\x1f\x8b" + bytes(part.stat().st_size - 2))
    assert get(server, tmp_path / "feed.json.gz", address=address)
    assert (tmp_path / "feed.json.gz").read_bytes() == content


def test_the_busy_are_given_the_time_that_they_ask_for(server: FeedServer, tmp_path: Path) -> None:
    server.put(ADDRESS, b"{}")
    server.break_next(ADDRESS, Fault(status=429, headers={"Retry-After": "17"}), Fault(status=503))
    pauses = Patience()
    downloads = downloader(server, pauses)
    assert downloads.changed(downloads.web.place("any", ADDRESS), tmp_path / "feed.json", None)
    assert pauses == [17.0, 4.0]


def test_nobody_is_waited_for_forever(server: FeedServer, tmp_path: Path) -> None:
    server.break_next(ADDRESS, Fault(status=429, headers={"Retry-After": "86400"}))
    with pytest.raises(ServerUnreachable, match="429"):
        get(server, tmp_path / "feed.json")
    assert len(server.asked) == 1


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (410, NotFound), (403, ServerUnreachable)])
def test_refusals_are_not_repeated(server: FeedServer, tmp_path: Path, status: int, kind: type[Exception]) -> None:
    server.break_next(ADDRESS, Fault(status=status))
    with pytest.raises(kind):
        get(server, tmp_path / "feed.json")
    assert len(server.asked) == 1


def test_redirects_are_followed_but_never_away_from_tls(server: FeedServer, tmp_path: Path) -> None:
    server.put("https://example.org/new.json", b"{}")
    server.break_next(ADDRESS, Fault(status=302, headers={"Location": "/example.org/new.json"}))
    assert get(server, tmp_path / "feed.json")
    server.break_next(ADDRESS, Fault(status=302, headers={"Location": "http://example.com/"}))
    with pytest.raises(ServerUnreachable, match="not protected by TLS"):
        get(server, tmp_path / "other.json")
    server.break_next(ADDRESS, *[Fault(status=302, headers={"Location": "/example.org/data/feed.json"})] * 9)
    with pytest.raises(ServerUnreachable, match="from one place to the next"):
        get(server, tmp_path / "other.json")


def test_without_tls_nobody_is_asked_who_is_no_mirror() -> None:
    with (
        Web(Mirrors(), Unwatched()) as web,
        pytest.raises(ServerUnreachable, match="https alone"),
    ):
        web.page("http://example.org/")


def test_a_file_that_is_too_large_is_refused(server: FeedServer, tmp_path: Path) -> None:
    server.put(ADDRESS, b"{" + b" " * 100_000 + b"}")
    downloads = downloader(server, largest=50_000)
    with pytest.raises(PayloadTooLarge):
        downloads.changed(downloads.web.place("any", ADDRESS), tmp_path / "feed.json", None)
    downloads = downloader(server, reserve=1 << 62)
    with pytest.raises(StorageFull):
        downloads.changed(downloads.web.place("any", ADDRESS), tmp_path / "feed.json", None)


def test_content_packed_for_the_way_is_unpacked(server: FeedServer, tmp_path: Path) -> None:
    packed = gzip.compress(b'{"a": 1}')
    server.break_next(ADDRESS, Fault(status=200, headers={"Content-Encoding": "gzip"}, body=packed))
    assert get(server, tmp_path / "feed.json")
    assert (tmp_path / "feed.json").read_bytes() == b'{"a": 1}'


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def damaged(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b""),
        ("a.json", b"<!DOCTYPE html><title>Sign in</title>"),
        ("a.csv", b"\n<html>"),
        ("a.json", b"Not found"),
        ("a.json.gz", b"{}"),
        ("a.json.gz", gzip.compress(os.urandom(5000))[:-9]),
        ("a.json.gz", damaged(gzip.compress(os.urandom(5000)))),
        ("a.zip", b"PK but no more"),
        ("a.zip", zipped("a.json", os.urandom(5000))[:-30]),
        ("a.zip", damaged(zipped("a.json", os.urandom(5000)))),
    ],
)
def test_what_is_not_whole_is_malformed(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Malformed, match=name):
        verify(path)


def test_what_is_whole_is_not(tmp_path: Path) -> None:
    whole = {
        "a.json": b"[]",
        "b.csv": b"id,codes\n",
        "c.json.gz": gzip.compress(b"{}"),
        "d.zip": zipped("x.json", b"{}"),
    }
    for name, content in whole.items():
        (tmp_path / name).write_bytes(content)
        verify(tmp_path / name)


def test_mirrors() -> None:
    mirrors = mirrors_of("https://mirror.example/feeds/{host} nvd=http://cache:8081/nvd/")
    assert mirrors.address("osv", "https://a.example/b/c?d=e") == "https://mirror.example/feeds/a.example/b/c?d=e"
    assert mirrors.address("nvd", "https://a.example/b/c") == "http://cache:8081/nvd/b/c"
    assert "cache" in mirrors.plain_hosts()
    assert "mirror.example" not in mirrors.plain_hosts()
    assert mirrors_of("").address("nvd", "https://a.example/b") == "https://a.example/b"
    for broken in ("nvd", "nvd=", "nvd=ftp://a", "https://", "nvd=https://a?b=c"):
        with pytest.raises(ConfigurationError, match="PELLUCID_FEEDS_MIRRORS"):
            mirrors_of(broken)
