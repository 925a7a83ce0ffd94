"""Lists of known-bad keys in the store, on both databases: few queries, whatever the number of keys."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pellucid.advisories import bundle as bundles
from pellucid.advisories.feed import RawRecord
from pellucid.advisories.feeds import feeds
from pellucid.advisories.fetching.bundle_intake import take_in
from pellucid.advisories.fetching.protocol import Unwatched
from pellucid.advisories.key_groups import NAMES, grouped
from pellucid.advisories.signing import own_key
from pellucid.advisories.store.index import StoreIndex
from pellucid.advisories.store.key_lists import StoredKeyLists
from pellucid.advisories.store.store import Store
from pellucid.domain.listed_key import KeyHash, KeyList

NOW = datetime(2026, 8, 1, tzinfo=UTC)
DATED = datetime(2026, 7, 30, tzinfo=UTC)


@pytest.fixture(params=["file", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    place = tmp_path / "advisories.db" if request.param == "file" else request.getfixturevalue("postgresql_url")
    store = Store.open(place)
    yield store
    store.close()


def hashed(number: int) -> KeyHash:
    return KeyHash("badkeys", "all", sha256(b"%d" % number).digest()[:15])


def records(*numbers: int) -> Iterator[RawRecord]:
    yield RawRecord(id=NAMES, raw=b'{"1":"firmware"}', record=None, modified=DATED)
    yield from grouped("all", sorted(hashed(number).digest + b"\1" for number in numbers))


def take(store: Store, *numbers: int) -> None:
    store.replace("badkeys", "badkeys", records(*numbers), {}, checked=NOW, force=True)


class Counted:
    """A connection that counts its queries."""

    def __init__(self, store: Store) -> None:
        self._connection = store.connection
        self.queries = 0

    def rows(self, sql: str, *parameters: Any) -> Iterator[tuple[Any, ...]]:
        self.queries += 1
        return self._connection.rows(sql, *parameters)


def test_keys_are_found_in_a_few_queries(store: Store) -> None:
    take(store, *range(20_000))
    counted = Counted(store)
    lists = StoredKeyLists(counted)  # type: ignore[arg-type]  # it is only asked for rows
    found = lists.lists_of([hashed(number) for number in range(19_000, 21_000)])
    assert found == {hashed(number): KeyList("badkeys", "firmware") for number in range(19_000, 20_000)}
    assert counted.queries <= 2 + 2000 // 500
    (status,) = store.sources()
    assert (status.records, status.newest, status.checked) == (20_000, DATED, NOW)


def test_nothing_is_loaded_before_something_is(store: Store) -> None:
    lists = StoreIndex(store).key_lists
    assert lists.loaded == frozenset()
    assert lists.lists_of([hashed(1)]) == {}
    assert StoreIndex(store).ecosystems == frozenset()


def test_keys_make_no_vulnerabilities(store: Store) -> None:
    take(store, 1, 2)
    assert not list(store.connection.rows("SELECT name FROM vulnerability"))
    assert StoreIndex(store).ecosystems == frozenset()


def test_lists_travel_in_bundles(store: Store, tmp_path: Path) -> None:
    take(store, *range(1000))
    key = own_key(tmp_path, create=True)
    assert key
    bundles.write(tmp_path / "x.bundle", store, feeds(), key, Unwatched())
    other = Store.in_memory()
    (outcome,) = take_in(bundles.read(tmp_path / "x.bundle"), feeds(), other, Unwatched())
    assert (outcome.failure, outcome.records, outcome.newest) == ("", 1000, DATED)
    assert StoreIndex(other).key_lists.lists_of([hashed(7), hashed(1000)]) == {
        hashed(7): KeyList("badkeys", "firmware")
    }
    other.close()
