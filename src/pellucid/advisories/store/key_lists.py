"""Lists of known-bad keys in the store, as matchers see them: keys by their hashes."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from pellucid.advisories.feeds import KEY_LISTS
from pellucid.advisories.key_groups import NAMES, group_of, list_of, names_of
from pellucid.advisories.store.connection import Connection, Pairs, Texts
from pellucid.advisories.store.encoding import unpacked
from pellucid.domain.listed_key import KeyHash, KeyList

PIECE = 500


class StoredKeyLists:
    """A `KeyLists` of what was taken in. Which lists there are is as it was when this was made."""

    def __init__(self, connection: Connection) -> None:
        self._rows = connection.rows
        self.loaded = frozenset(
            name
            for (name,) in self._rows(
                "SELECT name FROM {texts} AS given JOIN source ON source.feed = given.a", Texts(KEY_LISTS)
            )
        )
        self._names = {
            source: names_of(self._records([(source, NAMES)]).get((source, NAMES), b"")) for source in self.loaded
        }

    def lists_of(self, hashes: Collection[KeyHash]) -> Mapping[KeyHash, KeyList]:
        """The hashes that are listed, and where; a few hundred groups of hashes are read at a time."""
        wanted: dict[tuple[str, str], list[KeyHash]] = defaultdict(list)
        for item in dict.fromkeys(hashes):
            if item.source in self.loaded:
                wanted[item.source, group_of(item.section, item.digest)].append(item)
        found: dict[KeyHash, KeyList] = {}
        groups = list(wanted)
        for start in range(0, len(groups), PIECE):
            for place, raw in self._records(groups[start : start + PIECE]).items():
                for item in wanted[place]:
                    number = list_of(raw, item.digest)
                    if number is not None:
                        name = self._names[item.source].get(number) or str(number)
                        found[item] = KeyList(source=item.source, name=name)
        return found

    def _records(self, places: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], bytes]:
        rows = self._rows(
            "SELECT record.source, record.id, record.raw FROM {pairs} AS given "
            "JOIN record ON record.source = given.a AND record.id = given.b",
            Pairs(places),
        )
        return {(source, id_): unpacked(raw) for source, id_, raw in rows}
