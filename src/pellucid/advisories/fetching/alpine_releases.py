"""Alpine's security database: one folder a release. Those that were added since are read from its list of folders."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from pellucid.advisories.feed import Feed, FeedFile
from pellucid.advisories.fetching.web import Web
from pellucid.errors import NotFound, ServerUnreachable

FEED = "alpine"
FOLDER = re.compile(rb'href="\.?/?(v3\.\d{1,3})/?"')
RELEASE = re.compile(r"(?<=/)v3\.\d{1,3}(?=/)")
LARGEST_LIST = 1 << 20


def files(feed: Feed, web: Web) -> tuple[FeedFile, ...]:
    """The files of the feed, and those of releases that it does not know; without an answer, the former."""
    known = [file for file in feed.files if RELEASE.search(file.address)]
    if not known:
        return feed.files
    releases = {match[0] for file in known if (match := RELEASE.search(file.address))}
    newest = max(releases, key=_number)
    parts = urlsplit(known[0].address)
    try:
        page = web.page(web.place(feed.name, f"{parts.scheme}://{parts.netloc}/"), largest=LARGEST_LIST)
    except (NotFound, ServerUnreachable):
        return feed.files
    listed = {name.decode() for name in FOLDER.findall(page)}
    return feed.files + tuple(
        _of(file, newest, release)
        for release in sorted(listed - releases, key=_number)
        for file in known
        if f"/{newest}/" in file.address and _number(release) > _number(newest)
    )


def _of(file: FeedFile, known: str, release: str) -> FeedFile:
    return replace(
        file,
        address=file.address.replace(f"/{known}/", f"/{release}/"),
        name=file.name.replace(known, release),
        source=file.source.replace(known, release),
    )


def _number(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.removeprefix("v").split("."))
