"""The exports of OSV: an archive of each ecosystem, and a list of what was modified, newest first.

https://google.github.io/osv.dev/data/: `all.zip`, `modified_id.csv` (lines "RFC 3339,ID") and `ID.json` in the folder
of an ecosystem. The list does not tell what was deleted, which is why the archive is read again now and then.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx2

from pellucid.advisories.feed import Feed, FeedFile
from pellucid.advisories.feeds import osv
from pellucid.advisories.fetching import whole_files
from pellucid.advisories.fetching.protocol import Fetched
from pellucid.advisories.fetching.strategy import Task
from pellucid.errors import Malformed, NotFound

ARCHIVE, LIST = "all.zip", "modified_id.csv"
MOST_CHANGES = 2_000
WHOLE_AFTER = timedelta(days=7)
AT_ONCE = 8
LONGEST_LINE = 300
LARGEST_RECORD = 64 << 20
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+@~-]{0,150}")
# Times of the list have fractions of any length.
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")


def named(feed: Feed, wanted: Sequence[str]) -> Iterator[FeedFile]:
    """Archives of the ecosystems that are not fetched by themselves, and that are asked for by their names."""
    if feed.name == osv.FEED.name:
        for file in map(osv.file_of, (name for name, enabled in osv.ecosystems().items() if not enabled)):
            if file.source in wanted:
                yield file


def fetch(task: Task) -> Fetched:
    """Single records, where few have changed since the last time; the archive otherwise, and once a week."""
    whole = task.moment("whole")
    seen = str(task.state.get("seen", ""))
    if whole is None or not seen or task.now - whole > WHOLE_AFTER:
        return _archive(task)
    validators = task.remembered("list")
    try:
        changes = _Changes(task, seen, validators)
    except (NotFound, Malformed):
        return _archive(task)
    if changes.ids is None:
        return _archive(task)
    state = {**task.state, "seen": changes.newest or seen, "list": changes.validators}
    path = _records(task, changes.ids) if changes.ids else None
    return task.fetched(*([path] if path else []), partial=True, state=state)


def _archive(task: Task) -> Fetched:
    """The archive when it has changed. The list is looked at first: what changes in between is seen again later."""
    try:
        first = _Changes(task, "", {})
        seen, told = first.newest, first.validators
    except (NotFound, Malformed):
        seen, told = "", {}
    found = whole_files.fetch(task)
    state = {**found.state, "seen": seen, "list": told, "whole": task.now.isoformat()}
    return task.fetched(*found.paths, partial=False, state=state)


class _Changes:
    """What the list says has changed since `seen`; `ids` None: too much, or in no order.

    With `seen` empty only the first line is read, and `ids` is empty. `newest` is the time of the first line, "" when
    the list is the one already known.
    """

    def __init__(self, task: Task, seen: str, known: dict[str, str]) -> None:
        self._address = task.place(_beside(task, LIST))
        self._since = _moment(seen) if seen else None
        self.ids: list[str] | None = []
        self.newest = ""
        self.validators: dict[str, str] = known
        web = task.downloads.web
        same = known.get("address") == self._address and known.get("etag")
        headers = {"If-None-Match": str(known["etag"])} if same else {}

        def once() -> None:
            with web.opened(self._address, headers) as response:
                if response.status_code != httpx2.codes.NOT_MODIFIED:
                    self.validators = {"address": self._address, "etag": response.headers.get("etag", "")[:1000]}
                    self._read(_lines(response.iter_bytes()))

        web.patiently(once)

    def _read(self, lines: Iterator[str]) -> None:
        found: dict[str, None] = {}
        before = None
        self.newest = ""
        for line in lines:
            time, _, id_ = line.partition(",")
            when = _moment(time)
            if not ID.fullmatch(id_):
                raise Malformed(f"{self._address}: {id_[:80]!r} is no id of a record")
            if before is None:
                self.newest = time
            elif when > before:
                self.ids = None
                return
            before = when
            if self._since is None or when < self._since:
                break
            found[id_] = None
            if len(found) > MOST_CHANGES:
                self.ids = None
                return
        self.ids = list(found)


def _records(task: Task, ids: list[str]) -> Path | None:
    """The records with these ids in an archive like the published one; without those that are gone again."""
    path = task.folder / _staged_folder(task) / "changes.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    web = task.downloads.web

    def one(id_: str) -> bytes | None:
        try:
            return web.page(task.place(_beside(task, f"{quote(id_)}.json")), largest=LARGEST_RECORD)
        except NotFound:
            return None

    count = 0
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ThreadPoolExecutor(AT_ONCE) as threads,
    ):
        # In portions, so that never more than one of them is in memory.
        for start in range(0, len(ids), AT_ONCE):
            portion = ids[start : start + AT_ONCE]
            for id_, content in zip(portion, threads.map(one, portion), strict=True):
                if content is not None:
                    archive.writestr(f"{id_}.json", content)
                    count += 1
    return path if count else None


def _beside(task: Task, name: str) -> str:
    return task.files[0].address.rpartition("/")[0] + "/" + name


def _staged_folder(task: Task) -> str:
    return task.files[0].name.rpartition("/")[0]


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise Malformed("a line of the list of changes is too long")
        for line in whole:
            if stripped := line.strip():
                yield stripped.decode("utf-8", "replace")
    if rest.strip():
        yield rest.strip().decode("utf-8", "replace")


def _moment(text: str) -> tuple[datetime, str]:
    """To be compared: seconds in UTC, then the digits of the fraction."""
    if not (found := TIME.fullmatch(text)):
        raise Malformed(f"{text[:40]!r} in the list of changes is no time")
    try:
        when = datetime.fromisoformat(found[1] + found[3]).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed(f"{text[:40]!r} in the list of changes is no time") from None
    return when, (found[2] or "").ljust(9, "0")
