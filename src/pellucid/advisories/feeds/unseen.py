"""Records of one publication, each name once, and with a name for what cannot be understood, too."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.feeds.bundles import Members
from pellucid.advisories.feeds.fields import NAME
from pellucid.domain.statement import AdvisoryRecord
from pellucid.errors import Malformed

LONGEST = 150


class Unseen:
    """`understand` raises Malformed for what is no record; more than `largest` bytes are none."""

    def __init__(self, understand: Callable[[bytes], AdvisoryRecord], largest: int) -> None:
        self._understand, self._largest = understand, largest
        self._names: set[str] = set()

    def records(self, members: Members, path: Path) -> Iterator[RawRecord]:
        """One for each member; the group "name" of the match names it when nothing in it does.

        Raises Malformed where there is none: a file with nothing in it is not what was published.
        """
        none = True
        for named, content in members:
            none = False
            yield self.record(named["name"], content)
        if none:
            raise Malformed(f"{path.name}: there is no record in it")

    def record(self, name: str, content: bytes) -> RawRecord:
        if len(content) > self._largest:
            return self._broken(name, b"", f"more than {self._largest:,} bytes")
        try:
            record = self._understand(content)
        except Malformed as error:
            return self._broken(name, content, error.message)
        if record.id in self._names:
            return self._broken(name, content, f"there is another record named {record.id}")
        self._names.add(record.id)
        return RawRecord(id=record.id, raw=content, record=record)

    def _broken(self, name: str, content: bytes, fault: str) -> RawRecord:
        name = "".join(character if NAME.fullmatch(character) else "_" for character in name[:LONGEST]) or "_"
        found, number = name, 1
        while found in self._names:
            number += 1
            found = f"{name}#{number}"
        self._names.add(found)
        return RawRecord(id=found, raw=content, record=None, fault=fault)
