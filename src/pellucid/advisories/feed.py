"""What a feed is: where it lies, and how its files become records."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pellucid.domain.statement import AdvisoryRecord
from pellucid.errors import Malformed


@dataclass(frozen=True, kw_only=True)
class RawRecord:
    """A record as it was published (`raw`, UTF-8 JSON or a line of CSV) and as it is understood.

    `record` is None for one that says nothing usable; `fault` is then why, when it is not in order. `stamp` decides
    whether it has changed where the raw bytes should not: forecasts move a little every day, for everything.
    """

    id: str
    raw: bytes
    record: AdvisoryRecord | None
    fault: str = ""
    stamp: bytes = b""


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
    `version` is raised whenever the same raw record would be understood otherwise. `licence` and `notice` are shown
    where the data is. `stamp` gives the stamp of a raw record, where the feed has them.
    """

    name: str
    title: str
    version: int
    licence: str
    files: tuple[FeedFile, ...]
    recognise: Callable[[Path, bytes], str]
    read: Callable[[Path], Iterator[RawRecord]]
    normalise: Callable[[str, bytes], AdvisoryRecord | None]
    notice: str = ""
    stamp: Callable[[bytes], bytes] | None = None


def understood(feed: Feed, source: str, raws: Iterable[tuple[str, str, bytes]]) -> Iterator[RawRecord]:
    """Records as this program understands them, from what a store or a bundle keeps: (id, modified, raw)."""
    for id_, _, raw in raws:
        try:
            record = feed.normalise(source, raw)
            yield RawRecord(id=id_, raw=raw, record=record, stamp=feed.stamp(raw) if feed.stamp and record else b"")
        except Malformed as error:
            yield RawRecord(id=id_, raw=raw, record=None, fault=error.message)
