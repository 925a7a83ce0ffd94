"""What updating asks of the store, and what it tells whoever watches."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from pellucid.advisories.feed import RawRecord
from pellucid.errors import Conflict

# JSON: what has to be remembered of a source's files to ask only for what has changed. Kept with its records.
State = Mapping[str, Any]

# Of a source's records at most this share may be gone at once; OSV's exporter refuses the same of its own sources.
MOST_REMOVED = 0.10


@dataclass(frozen=True, kw_only=True)
class SourceStatus:
    """A source as the store has it.

    `newest` is the time of its newest statement, `checked` when its publisher was last asked, `updated` when its
    records last changed. `digest` changes with any of the records. `feed` is the name of the feed that reads it, and
    `version` the one of its reader that has understood them.
    """

    name: str
    feed: str
    records: int
    faults: int = 0
    newest: datetime | None = None
    checked: datetime | None = None
    updated: datetime | None = None
    digest: str = ""
    state: State = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What came of loading: `seen` records were read, `faults` of them are not in order."""

    seen: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    faults: int = 0

    @property
    def altered(self) -> int:
        """Records that are not as they were."""
        return self.added + self.changed + self.removed


class AdvisoryStore(Protocol):
    """Records by source. Each call is one transaction: when it raises, or the process dies, all is as it was."""

    def update(self) -> AbstractContextManager[None]:
        """All calls within are one transaction together; one that raises has changed nothing, the others count."""
        ...

    def sources(self) -> Sequence[SourceStatus]:
        """All sources that there are, by name."""
        ...

    def replace(
        self,
        source: str,
        feed: str,
        records: Iterator[RawRecord],
        state: State,
        *,
        checked: datetime,
        force: bool = False,
    ) -> Loaded:
        """Make these all the records of the source; of several with one id, the one modified last counts.

        Raises what `records` raises, and what `refuse_shrink` does.
        """
        ...

    def merge(
        self, source: str, feed: str, records: Iterator[RawRecord], state: State | None, *, checked: datetime
    ) -> Loaded:
        """Add and replace records; one that is older than the one that is there changes nothing. None: same state."""
        ...

    def note_checked(self, source: str, state: State, *, checked: datetime) -> None:
        """The publisher was asked, and nothing has changed."""
        ...

    def raw(self, source: str) -> Iterator[tuple[str, str, bytes]]:
        """(id, modified as RFC 3339 or "", raw record) of each record, ordered by id."""
        ...


def refuse_shrink(source: str, before: int, removed: int, *, force: bool = False) -> None:
    """Raises Conflict when more of the `before` records of a source would be removed than a publisher ever does."""
    if not force and removed > max(before * MOST_REMOVED, 10):
        raise Conflict(
            f"{source}: {removed:,} of {before:,} records would be gone, which looks like a mistake of the publisher; "
            "what was there is kept. --force takes it nevertheless."
        )


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """Files of one source that wait to be read, in this order; `state` is stored together with their records.

    `partial`: they carry only what has changed.
    """

    source: str
    paths: tuple[Path, ...]
    partial: bool
    state: State


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one source fared. `failure` says why it could not be updated, and what to do; "" when it was."""

    source: str
    feed: str
    seconds: float
    records: int = 0
    newest: datetime | None = None
    loaded: Loaded | None = None
    failure: str = ""

    @property
    def state(self) -> str:
        """In one word."""
        if self.failure:
            return "failed"
        return "new" if self.loaded and self.loaded.altered else "unchanged"


class Watcher(Protocol):
    """Is told what is going on; calls may come from several threads."""

    def begin(self, source: str) -> None:
        """Work on a source begins."""
        ...

    def transferred(self, count: int, total: int | None) -> None:
        """So many bytes more of a file that has `total`, where that is known."""
        ...

    def read(self, records: int) -> None:
        """So many records of the source have been read by now."""
        ...

    def waiting(self, seconds: float, reason: str) -> None:
        """A publisher asks for patience, or did not answer."""
        ...

    def end(self, outcome: Outcome) -> None:
        """The source is done."""
        ...

    def settling(self) -> None:
        """All records are read; what they say together is found out next."""
        ...


class Unwatched:
    """A `Watcher` that nobody looks at."""

    def begin(self, source: str) -> None:
        """Nothing is shown."""

    def transferred(self, count: int, total: int | None) -> None:
        """Nothing is shown."""

    def read(self, records: int) -> None:
        """Nothing is shown."""

    def waiting(self, seconds: float, reason: str) -> None:
        """Nothing is shown."""

    def end(self, outcome: Outcome) -> None:
        """Nothing is shown."""

    def settling(self) -> None:
        """Nothing is shown."""
