"""Lists of known-bad keys: badkeys' blocklist, and those of Debian's packages."""

import hashlib
import json
import lzma
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tests.support.feed_server import FeedServer

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.feeds import KEY_LISTS, badkeys, debian_weak_keys, feed, feeds
from pellucid.advisories.fetching import importing
from pellucid.advisories.fetching.download import Downloader
from pellucid.advisories.fetching.mirrors import mirrors_of
from pellucid.advisories.fetching.protocol import Outcome, Unwatched
from pellucid.advisories.fetching.updating import Order, update
from pellucid.advisories.fetching.web import Web
from pellucid.advisories.key_groups import NAMES, group_of, list_of, names_of
from pellucid.advisories.store.index import StoreIndex
from pellucid.advisories.store.store import Store
from pellucid.domain.listed_key import KeyHash, KeyList
from pellucid.errors import InvalidRequest, Malformed

OPENSSL_HEAD = "# openssl rsa -noout -modulus -in /tmp/key.pem | sha1sum | cut -d ' ' -f 1)\n#\n"
OPENSSH_HEAD = "# lower-case MD5 key fingerprint, without the first 12 digits\n#\n"


def hash_of(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()[:15]


def blocklist(*listed: tuple[int, int]) -> bytes:
    """Of numbers that stand for keys, each with its list."""
    return b"".join(sorted(hash_of(number) + bytes([list_]) for number, list_ in listed))


def metadata(blocks: bytes, **more: object) -> bytes:
    names = [
        {"id": 1, "name": "debianssl", "type": "github", "repo": "a/b", "path": "main"},
        {"id": 5, "name": "firmware"},
    ]
    stated = {"bkformat": 0, "date": "2026-08-16", "blocklist_sha256": hashlib.sha256(blocks).hexdigest()}
    return json.dumps(stated | {"blocklists": names} | more, indent=2).encode()


def place(folder: Path, blocks: bytes, **more: object) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / badkeys.METADATA).write_bytes(metadata(blocks, **more))
    (folder / badkeys.HASHES).write_bytes(blocks)
    return folder


def imported(store: Store, path: Path, *, force: bool = False) -> list[Outcome]:
    found, _ = importing.recognised(feeds(), path)
    return importing.take_in(found, store, Unwatched(), force=force)


def asked(store: Store, *numbers: int) -> dict[int, str]:
    """By which name each of these keys is listed."""
    hashes = {KeyHash("badkeys", "all", hash_of(number)): number for number in numbers}
    return {hashes[item]: found.name for item, found in StoreIndex(store).key_lists.lists_of(hashes).items()}


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store.in_memory()
    yield made
    made.close()


def test_a_folder_of_badkeys_is_taken_in_whole(store: Store, tmp_path: Path) -> None:
    cached = place(tmp_path / "cache", blocklist(*((number, 1 + 4 * (number % 2)) for number in range(3000))))
    (cached / "lookup.txt").write_text("0011223344556677;a/b.key\n")
    (outcome,) = imported(store, cached)
    assert (outcome.state, outcome.records, str(outcome.newest)[:10]) == ("new", 3000, "2026-08-16")
    (status,) = store.sources()
    assert (status.name, status.records, status.faults) == ("badkeys", 3000, 0)
    assert asked(store, 7, 8, 5000) == {7: "firmware", 8: "debianssl"}
    assert [item.state for item in imported(store, cached)] == ["unchanged"]


def test_keys_that_left_the_list_are_gone(store: Store, tmp_path: Path) -> None:
    imported(store, place(tmp_path / "a", blocklist(*((number, 1) for number in range(100)))))
    imported(store, place(tmp_path / "a", blocklist(*((number, 1) for number in range(1, 101)))))
    assert asked(store, 0, 100) == {100: "debianssl"}
    assert store.sources()[0].records == 100


def test_a_list_without_its_metadata_gives_numbers(store: Store, tmp_path: Path) -> None:
    (tmp_path / "blocklist.dat.xz").write_bytes(lzma.compress(blocklist((1, 5))))
    imported(store, tmp_path)
    assert asked(store, 1) == {1: "5"}


def test_hashes_that_are_not_those_of_the_metadata_are_refused(store: Store, tmp_path: Path) -> None:
    folder = place(tmp_path / "a", blocklist((1, 1)))
    (folder / badkeys.HASHES).write_bytes(blocklist((2, 1)))
    (outcome,) = imported(store, folder)
    assert "SHA-256" in outcome.failure
    assert asked(store, 1, 2) == {}


@pytest.mark.parametrize(
    ("blocks", "why"),
    [
        (blocklist((1, 1))[:-1], "cut off"),
        (bytes(range(16, 0, -1)) + bytes(16), "order"),
        (bytes(16 * 70_000), "order"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, blocks: bytes, why: str) -> None:
    (tmp_path / badkeys.HASHES).write_bytes(blocks)
    with pytest.raises(Malformed, match=why):
        list(badkeys.read(tmp_path / badkeys.HASHES))


def test_another_format_is_refused(tmp_path: Path) -> None:
    place(tmp_path, b"", bkformat=1)
    with pytest.raises(Malformed, match="format 1"):
        list(badkeys.read(tmp_path / badkeys.METADATA))


def test_an_update_fetches_both_files_and_asks_whether_they_have_changed(store: Store, tmp_path: Path) -> None:
    blocks = blocklist((1, 1), (2, 5))
    with FeedServer() as server:
        data, hashes = (file.address for file in badkeys.FEED.files)
        server.put(data, metadata(blocks))
        server.put(hashes, lzma.compress(blocks))
        web = Web(mirrors_of(server.mirrors), Unwatched(), timeout=5, attempts=1, sleep=lambda _: None)
        order = Order(folder=tmp_path, wanted=("badkeys",))
        states = []
        for _ in range(2):
            states += [item.state for item in update(feeds(), store, Downloader(web), order, Unwatched())]
        server.put(hashes, lzma.compress(blocklist((3, 1))))
        (broken,) = update(feeds(), store, Downloader(web), order, Unwatched())
        server.put(data, metadata(blocklist((3, 1))))
        update(feeds(), store, Downloader(web), replace(order, force=True), Unwatched())
    assert states == ["new", "unchanged"]
    assert "SHA-256" in broken.failure
    assert asked(store, 1, 2, 3) == {3: "debianssl"}


def weak_keys(folder: Path, head: str, *hashes: str, name: str = "blacklist.RSA-2048") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(head + "".join(f"{item}\n" for item in sorted(hashes)))
    return folder


def test_lists_of_debian_are_told_apart(store: Store, tmp_path: Path) -> None:
    weak_keys(tmp_path / "a", OPENSSL_HEAD, "00" * 10, "3c430072d96e4a1e1809")
    weak_keys(tmp_path / "b", OPENSSH_HEAD, "11" * 10)
    weak_keys(tmp_path / "openssl-blacklist", "", "22" * 10, name="blacklist.RSA-1024")
    imported(store, tmp_path)
    assert {item.name: item.records for item in store.sources()} == {
        "debian-weak-keys/openssl": 3,
        "debian-weak-keys/openssh": 1,
    }
    openssl, openssh = debian_weak_keys.OPENSSL, debian_weak_keys.OPENSSH
    hits = [
        KeyHash(openssl, "RSA-2048", bytes.fromhex("3c430072d96e4a1e1809")),
        KeyHash(openssh, "RSA-2048", bytes([0x11] * 10)),
        KeyHash(openssl, "RSA-1024", bytes([0x22] * 10)),
    ]
    misses = [item._replace(section="RSA-4096") for item in hits] + [hits[1]._replace(source=openssl)]
    lists = StoreIndex(store).key_lists
    assert lists.loaded == {openssl, openssh}
    assert lists.lists_of(hits + misses) == {item: KeyList(item.source, "CVE-2008-0166") for item in hits}


def test_a_list_of_debian_that_says_nothing_of_itself_is_left_out(tmp_path: Path) -> None:
    folder = weak_keys(tmp_path / "x", "", "00" * 10)
    with pytest.raises(InvalidRequest):
        importing.recognised(feeds(), folder)
    (folder / "blacklist.RSA-2048").write_text(OPENSSL_HEAD + "zz\n")
    with pytest.raises(Malformed):
        list(debian_weak_keys.read(folder / "blacklist.RSA-2048"))


def test_a_change_of_a_list_is_noted(store: Store, tmp_path: Path) -> None:
    before = store.digest
    imported(store, place(tmp_path / "a", blocklist((1, 1))))
    middle = store.digest
    imported(store, weak_keys(tmp_path / "b", OPENSSL_HEAD, "00" * 10))
    assert before != middle != store.digest
    changed = frozenset({("keys", "debian-weak-keys/openssl")})
    assert StoreIndex(store).changed_since(middle) == (changed, frozenset())


@given(digests=some.lists(some.binary(min_size=2, max_size=2), max_size=40), number=some.integers(0, 255))
def test_a_group_has_what_was_put_into_it_and_nothing_between(digests: list[bytes], number: int) -> None:
    """Hashes of two bytes, so that parts of neighbours often look like one."""
    group = b"".join(item + bytes([number]) for item in sorted(digests))
    for value in range(0, 1 << 16, 97):
        digest = value.to_bytes(2, "big")
        assert list_of(group, digest) == (number if digest in digests else None)
    for digest in digests:
        assert list_of(group, digest) == number


def test_groups_and_names() -> None:
    assert group_of("RSA-2048", bytes.fromhex("abcdef")) == "RSA-2048/abc"
    assert names_of(b'{"1":"a","x":"b"}') == {1: "a"}
    assert names_of(b"[") == {}
    assert list_of(b"", b"ab") is None


@pytest.mark.parametrize("name", KEY_LISTS)
@settings(max_examples=150)
@given(content=some.binary(max_size=400) | some.text("0123456789abcdef\n# ", max_size=400).map(str.encode))
def test_whatever_the_bytes_are(name: str, content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    for file in ("blocklist.dat", "badkeysdata.json", "blacklist.RSA-2048"):
        path = tmp_path_factory.getbasetemp() / file
        path.write_bytes(content)
        found: list[RawRecord] = []
        with suppress(Malformed):
            feed(name).recognise(path, content)
            found += feed(name).read(path)
        assert all(item.id == NAMES or len(item.raw) % (feed(name).digest_bytes + 1) == 0 for item in found)
        path.unlink()


def test_a_bomb_of_a_list_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "blocklist.dat.xz"
    path.write_bytes(lzma.compress(bytes(200 << 20)))
    tracemalloc.start()
    with pytest.raises(Malformed):
        list(badkeys.read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20
