"""The API of the NVD, version 2.0: what was modified since the last time, page by page.

https://nvd.nist.gov/developers/vulnerabilities: windows of lastModified of at most 120 days, 2,000 records a page, 5
requests in 30 seconds, 50 with a key.
"""

import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from pellucid.advisories.fetching.protocol import Fetched
from pellucid.advisories.fetching.strategy import Task
from pellucid.errors import Malformed

ADDRESS = "https://services.nvd.nist.gov/rest/json/cves/2.0"
PAGE = 2_000
WINDOW = timedelta(days=119)
# Beyond this, the files by year are less work for everybody.
LONGEST_GAP = timedelta(days=119)
MOST_PAGES = 100
LARGEST_PAGE = 256 << 20
# Records may become visible a little after the time that they bear.
OVERLAP = timedelta(hours=1)
BETWEEN, BETWEEN_WITH_KEY = 6.0, 0.6


def fetch(task: Task, since: datetime) -> Fetched | None:
    """Pages as files like the published ones; None when the last time is too long ago, or too much has changed."""
    if task.now - since > LONGEST_GAP:
        return None
    paths: list[Path] = []
    for begin, end in windows(since - OVERLAP, task.now):
        for page in pages(task, begin, end):
            if len(paths) >= MOST_PAGES:
                return None
            path = task.folder / "nvd" / f"nvdcve-2.0-changes-{len(paths):03d}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(page)
            paths.append(path)
    return task.fetched(*paths, partial=True, state={**task.state, "synced": task.now.isoformat()})


def windows(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time between, in pieces that the API accepts."""
    while since < until:
        end = min(since + WINDOW, until)
        yield since, end
        since = end


def pages(task: Task, begin: datetime, end: datetime) -> Iterator[bytes]:
    """The pages of one window that have records; raises Malformed for what is no answer of the API."""
    start = 0
    web = task.downloads.web
    headers = {"apiKey": task.nvd_key} if task.nvd_key else {}
    while True:
        query = urlencode(
            {
                "lastModStartDate": begin.isoformat(timespec="milliseconds"),
                "lastModEndDate": end.isoformat(timespec="milliseconds"),
                "resultsPerPage": PAGE,
                "startIndex": start,
            }
        )
        asked = time.monotonic()
        page = web.page(f"{task.place(ADDRESS)}?{query}", headers, largest=LARGEST_PAGE)
        total, count = _measures(page)
        if count:
            yield page
        start += count
        if start >= total or not count:
            return
        web.sleep(max(0.0, (BETWEEN_WITH_KEY if task.nvd_key else BETWEEN) - (time.monotonic() - asked)))


def _measures(page: bytes) -> tuple[int, int]:
    try:
        answer = json.loads(page)
        total, records = answer["totalResults"], answer["vulnerabilities"]
        if isinstance(total, int) and isinstance(records, list):
            return total, len(records)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise Malformed(f"{ADDRESS} answers something that is no page of records")
