"""Taking feeds in from a file or a folder: files as their publishers have them, under whatever path."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pellucid.advisories.feed import Feed
from pellucid.advisories.fetching.nvd_files import META, SUFFIX, parse_meta
from pellucid.advisories.fetching.protocol import AdvisoryStore, Outcome, Watcher
from pellucid.advisories.fetching.updating import complete, counted
from pellucid.advisories.fetching.verification import sha256_of_content
from pellucid.errors import InvalidRequest, Malformed, PellucidError

HEAD = 64 << 10
MOST_FILES = 2_000_000
# What publishers put beside their data, and nobody needs once it is here.
COMPANIONS = (META, "modified_id.csv", ".sha256", ".asc", ".sig")


@dataclass(kw_only=True)
class Recognised:
    """Files of one source. `whole`: they are all that there is of it, so that what is not in them is gone."""

    feed: Feed
    source: str
    paths: list[Path] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        names = [file.name for file in self.feed.files if file.source == self.source and not file.partial]
        return bool(names) and all(any(_is_named(path, name) for path in self.paths) for name in names)

    @property
    def checked(self) -> datetime:
        """When the newest of the files was written, which is the best that is known of when it was fetched."""
        newest = max(path.stat().st_mtime for path in self.paths)
        return min(datetime.fromtimestamp(newest, UTC), datetime.now(UTC))


def recognised(feeds: Sequence[Feed], place: Path) -> tuple[list[Recognised], list[Path]]:
    """What is at `place`, by source, and the files that no feed knows. Raises InvalidRequest when it knows none."""
    found: dict[str, Recognised] = {}
    unknown: list[Path] = []
    for path in _files(place):
        if path.name.endswith(COMPANIONS):
            continue
        with path.open("rb") as file:
            head = file.read(HEAD)
        feed, source = next(_of_feeds(feeds, path, head), (None, ""))
        if feed is None:
            unknown.append(path)
        else:
            found.setdefault(source, Recognised(feed=feed, source=source)).paths.append(path)
    if not found:
        raise InvalidRequest(f"{place} holds no vulnerability data that is known here ({len(unknown):,} files).")
    order = {feed.name: number for number, feed in enumerate(feeds)}
    return sorted(found.values(), key=lambda item: (order[item.feed.name], item.source)), unknown


def take_in(
    found: Sequence[Recognised], store: AdvisoryStore, watcher: Watcher, *, force: bool = False
) -> list[Outcome]:
    """How each source fared; one that cannot be read is as it was, and the others go on.

    Files that are older than what is there, or are not all of a source, add to it and change it; nothing is removed.
    """
    outcomes = []
    known = {status.name: status for status in store.sources()}
    with store.update():
        for item in found:
            watcher.begin(item.source)
            started, failure, loaded = time.monotonic(), "", None
            before = known.get(item.source)
            is_older = bool(before and before.checked and item.checked < before.checked)
            records = counted((record for path in item.paths for record in item.feed.read(_checked(path))), watcher)
            try:
                if item.is_whole and (force or not is_older):
                    loaded = store.replace(item.source, item.feed.name, records, {}, checked=item.checked, force=force)
                else:
                    checked = before.checked if before and before.checked and is_older else item.checked
                    loaded = store.merge(item.source, item.feed.name, records, None, checked=checked)
            except (PellucidError, OSError) as error:
                failure = error.message if isinstance(error, PellucidError) else str(error)
            outcome = Outcome(
                source=item.source,
                feed=item.feed.name,
                seconds=time.monotonic() - started,
                records=loaded.seen if loaded else 0,
                loaded=loaded,
                failure=failure,
            )
            outcomes.append(outcome)
            watcher.end(outcome)
        if any(outcome.state == "new" for outcome in outcomes):
            watcher.settling()
    return complete(outcomes, store.sources())


def _of_feeds(feeds: Sequence[Feed], path: Path, head: bytes) -> Iterator[tuple[Feed, str]]:
    """The feeds that know the file, and of which source it is."""
    for feed in feeds:
        # What is too broken to be looked at is nobody's.
        with suppress(Malformed):
            if source := feed.recognise(path, head):
                yield feed, source


def _checked(path: Path) -> Path:
    """The file, when a `.meta` beside it agrees that it is whole, or there is none. Raises Malformed."""
    meta = path.with_name(path.name.removesuffix(SUFFIX) + META)
    if path.name.endswith(SUFFIX) and meta.is_file() and meta.stat().st_size < 1 << 16:
        stated = parse_meta(meta.read_text(encoding="ascii", errors="replace"), {})
        if sha256_of_content(path) != stated.sha256:
            raise Malformed(f"{path.name}: its SHA-256 is not the one in {meta.name}")
    return path


def _files(place: Path) -> Iterator[Path]:
    """Every file below, by name; links to folders are not followed."""
    if place.is_file():
        yield place.absolute()
        return
    count = 0
    for folder, folders, names in os.walk(place.absolute()):
        folders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_file():
                count += 1
                if count > MOST_FILES:
                    raise InvalidRequest(f"{place}: more than {MOST_FILES:,} files.")
                yield path


def _is_named(path: Path, name: str) -> bool:
    return path.match(name) or path.match(name + ".gz") or path.match(name.removesuffix(".gz"))
