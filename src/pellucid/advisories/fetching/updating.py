"""Bringing sources up to date: all are fetched first, then taken in together."""

import fcntl
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import quote

from pellucid.advisories.feed import Feed, FeedFile, RawRecord, understood
from pellucid.advisories.fetching import alpine_releases, nvd_files, osv_exports, whole_files
from pellucid.advisories.fetching.download import Downloader
from pellucid.advisories.fetching.protocol import AdvisoryStore, Fetched, Loaded, Outcome, SourceStatus, State, Watcher
from pellucid.advisories.fetching.strategy import Strategy, Task
from pellucid.advisories.fetching.web import Web
from pellucid.errors import Conflict, InvalidRequest, PellucidError

STRATEGIES: Mapping[str, Strategy] = {"osv": osv_exports.fetch, "nvd": nvd_files.fetch}
REPORT_EVERY = 500


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be updated: `wanted` are names of sources or feeds, with wildcards; none: all.

    `whole`: as if nothing were there yet. `force`: also when much is gone. `folder` is where what is fetched waits.
    """

    folder: Path
    wanted: tuple[str, ...] = ()
    whole: bool = False
    force: bool = False
    nvd_key: str = ""


@dataclass(kw_only=True)
class _Job:
    """One source on its way."""

    feed: Feed
    source: str
    files: list[FeedFile] = field(default_factory=list)
    folder: Path = Path()
    fetched: Fetched | None = None
    checked: datetime = field(default_factory=lambda: datetime.now(UTC))
    outcome: Outcome | None = None
    seconds: float = 0.0

    def failed(self, reason: str) -> Outcome:
        return Outcome(source=self.source, feed=self.feed.name, seconds=self.seconds, failure=reason)


def update(
    feeds: Sequence[Feed], store: AdvisoryStore, downloads: Downloader, order: Order, watcher: Watcher
) -> list[Outcome]:
    """How each source fared; one that fails is as it was, and the others go on.

    Raises InvalidRequest for a wanted source that there is not, Conflict when another update is under way.
    """
    with _alone(order.folder):
        jobs = _jobs(feeds, downloads.web, order)
        known = {status.name: status for status in store.sources()}
        for job in jobs:
            _fetch(job, {} if order.whole or job.source not in known else known[job.source].state, downloads, order)
            if job.outcome:
                watcher.end(job.outcome)
        with store.update():
            _understand_again(feeds, store, jobs, watcher)
            for job in jobs:
                if job.outcome is None:
                    job.outcome = _load(job, store, order, watcher)
                    watcher.end(job.outcome)
            if any(job.outcome.state == "new" for job in jobs if job.outcome):
                watcher.settling()
        for job in jobs:
            if job.outcome and not job.outcome.failure:
                shutil.rmtree(job.folder, ignore_errors=True)
        return complete([job.outcome for job in jobs if job.outcome], store.sources())


def complete(outcomes: Iterable[Outcome], sources: Iterable[SourceStatus]) -> list[Outcome]:
    """With what the store has of each source now."""
    known = {status.name: status for status in sources}
    return [
        replace(outcome, records=status.records, newest=status.newest)
        if (status := known.get(outcome.source))
        else outcome
        for outcome in outcomes
    ]


def counted(records: Iterable[RawRecord], watcher: Watcher) -> Iterator[RawRecord]:
    """The records, and the watcher is told how many there were."""
    number = 0
    for number, record in enumerate(records, 1):
        if number % REPORT_EVERY == 0:
            watcher.read(number)
        yield record
    watcher.read(number)


def _jobs(feeds: Sequence[Feed], web: Web, order: Order) -> list[_Job]:
    lists = [(feed, (*feed.files, *osv_exports.named(feed, order.wanted))) for feed in feeds]
    names = [(feed.name, file.source) for feed, files in lists for file in files]
    for word in order.wanted:
        if not any(_is_wanted(*name, (word,)) for name in names):
            raise InvalidRequest(f"There is no source {word!r}. There are: {', '.join(sorted({n for _, n in names}))}.")
    jobs: dict[str, _Job] = {}
    for feed, listed in lists:
        mine = {file.source for file in listed if _is_wanted(feed.name, file.source, order.wanted)}
        files = alpine_releases.files(feed, web) if mine and feed.name == alpine_releases.FEED else listed
        for file in files:
            if file.source in mine:
                folder = order.folder / quote(file.source, safe="")
                jobs.setdefault(file.source, _Job(feed=feed, source=file.source, folder=folder)).files.append(file)
    return list(jobs.values())


def _is_wanted(feed: str, source: str, wanted: Sequence[str]) -> bool:
    return not wanted or any(fnmatchcase(source, word) or word == feed for word in wanted)


def _fetch(job: _Job, state: State, downloads: Downloader, order: Order) -> None:
    downloads.web.watcher.begin(job.source)
    started, job.checked = time.monotonic(), datetime.now(UTC)
    task = Task(
        feed=job.feed,
        source=job.source,
        files=tuple(job.files),
        state=state,
        folder=job.folder,
        now=job.checked,
        downloads=downloads,
        nvd_key=order.nvd_key,
    )
    failure = ""
    try:
        job.fetched = STRATEGIES.get(job.feed.name, whole_files.fetch)(task)
    except (PellucidError, OSError) as error:
        failure = _reason(error)
    job.seconds = time.monotonic() - started
    if failure:
        job.outcome = job.failed(failure)


def _load(job: _Job, store: AdvisoryStore, order: Order, watcher: Watcher) -> Outcome:
    assert job.fetched is not None
    fetched, feed, started = job.fetched, job.feed, time.monotonic()
    loaded, failure = Loaded(), ""
    try:
        if not fetched.paths:
            store.note_checked(job.source, fetched.state, checked=job.checked)
        else:
            watcher.begin(job.source)
            records = counted((record for path in fetched.paths for record in feed.read(path)), watcher)
            if fetched.partial:
                loaded = store.merge(job.source, feed.name, records, fetched.state, checked=job.checked)
            else:
                loaded = store.replace(
                    job.source, feed.name, records, fetched.state, checked=job.checked, force=order.force
                )
    except (PellucidError, OSError) as error:
        failure = _reason(error)
    job.seconds += time.monotonic() - started
    if failure:
        return job.failed(failure)
    return Outcome(source=job.source, feed=feed.name, seconds=job.seconds, loaded=loaded, records=loaded.seen)


def _understand_again(feeds: Sequence[Feed], store: AdvisoryStore, jobs: Sequence[_Job], watcher: Watcher) -> None:
    """Read what is stored once more where this program reads it otherwise than the one that took it in."""
    by_name = {feed.name: feed for feed in feeds}
    anew = {job.source for job in jobs if job.fetched and job.fetched.paths and not job.fetched.partial}
    for status in store.sources():
        feed = by_name.get(status.feed)
        if feed is None or feed.version == status.version or status.name in anew:
            continue
        watcher.begin(status.name)
        records = counted(understood(feed, status.name, store.raw(status.name)), watcher)
        checked = status.checked or datetime.now(UTC)
        store.replace(status.name, feed.name, records, status.state, checked=checked)


def _reason(error: PellucidError | OSError) -> str:
    if isinstance(error, PellucidError):
        return error.message
    return f"{error.filename + ': ' if error.filename else ''}{error.strerror or error}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("Another update of the advisories is under way here.") from None
        yield
