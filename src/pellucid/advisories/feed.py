"""What a feed is: where it lies, and how its files become records."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pellucid.domain.statement import AdvisoryRecord
from pellucid.errors import Malformed


@dataclass(frozen=True, kw_only=True)
class RawRecord:
    """A record as it was published (`raw`, UTF-8 JSON or a line of CSV) and as it is understood.

    `record` is None for one that says nothing usable; `fault` is then why, when it is not in order. `stamp` decides
    whether it has changed where the raw bytes should not: forecasts move a little every day, for everything.
    `modified` is its time where there is no `record` to say it: hashes of keys (key_groups.py) are no advisories.
    """

    id: str
    raw: bytes
    record: AdvisoryRecord | None
    fault: str = ""
    stamp: bytes = b""
    modified: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FeedFile:
    """One file of a feed. `source` is the name under which its records are kept ("osv/Debian", "nvd", "epss").

    `address` is where production publishes it, `name` its place in a folder of downloaded files: relative, "/" between,
    and may hold the wildcards of glob. `partial`: a file that carries only what has changed.
    """

    source: str
    address: str
    name: str
    partial: bool = False


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A publisher's data. `read` yields the records of one of its files, and raises Malformed for what is none.

    `recognise` says whether a file (by its path and first bytes) is one of this feed's, and of which source; "" if not.
    `normalise` understands one raw record again, as `read` did: a newer version of the program reads what is stored.
    Where it does not, records are no advisories.
    `version` is raised whenever the same raw record would be understood otherwise. `licence` and `notice` are shown
    where the data is. `stamp` gives the stamp of a raw record, where the feed has them. `digest_bytes`: it is a list of
    keys, known by hashes of so many bytes.
    """

    name: str
    title: str
    version: int
    licence: str
    files: tuple[FeedFile, ...]
    recognise: Callable[[Path, bytes], str]
    read: Callable[[Path], Iterator[RawRecord]]
    normalise: Callable[[str, bytes], AdvisoryRecord | None] = lambda _source, _raw: None
    notice: str = ""
    stamp: Callable[[bytes], bytes] | None = None
    digest_bytes: int = 0

    @property
    def lists_keys(self) -> bool:
        """Whether its records are groups of hashes of keys, and not advisories."""
        return self.digest_bytes > 0


def understood(feed: Feed, source: str, raws: Iterable[tuple[str, str, bytes]]) -> Iterator[RawRecord]:
    """Records as this program understands them, from what a store or a bundle keeps: (id, modified, raw)."""
    for id_, modified, raw in raws:
        try:
            if feed.lists_keys:
                yield RawRecord(id=id_, raw=raw, record=None, modified=_moment(modified))
                continue
            record = feed.normalise(source, raw)
            yield RawRecord(id=id_, raw=raw, record=record, stamp=feed.stamp(raw) if feed.stamp and record else b"")
        except Malformed as error:
            yield RawRecord(id=id_, raw=raw, record=None, fault=error.message)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
