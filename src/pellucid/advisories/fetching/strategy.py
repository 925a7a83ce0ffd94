"""What the ways of fetching a source have in common."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import Feed, FeedFile
from pellucid.advisories.fetching.download import Downloaded, Downloader, Validators
from pellucid.advisories.fetching.protocol import Fetched, State


@dataclass(frozen=True, kw_only=True)
class Task:
    """One source to be brought up to date: its files, what is remembered of them, and a folder for what is fetched.

    `nvd_key` is for the API of the NVD; without one, it is not asked.
    """

    feed: Feed
    source: str
    files: tuple[FeedFile, ...]
    state: State
    folder: Path
    now: datetime
    downloads: Downloader
    nvd_key: str = ""

    def changed(self, file: FeedFile, known: Validators | None) -> Downloaded | None:
        """The file, unless it is still the known one."""
        return self.downloads.changed(self.place(file.address), self.folder / staged_name(file), known)

    def place(self, published: str) -> str:
        """Where this address is asked."""
        return self.downloads.web.place(self.feed.name, published)

    def remembered(self, name: str) -> dict[str, Any]:
        """An object of the state; empty where there is none."""
        found = self.state.get(name)
        return dict(found) if isinstance(found, dict) else {}

    def moment(self, name: str) -> datetime | None:
        """A time of the state."""
        try:
            found = datetime.fromisoformat(str(self.state.get(name, "")))
        except ValueError:
            return None
        return found if found.tzinfo else None

    def fetched(self, *paths: Path, partial: bool, state: State) -> Fetched:
        return Fetched(source=self.source, paths=paths, partial=partial, state=state)


# Files that have changed, as few as need be; none when nothing has.
Strategy = Callable[[Task], Fetched]


def staged_name(file: FeedFile) -> str:
    """The file's place in a folder; where that has wildcards, the name that it is published under."""
    if not any(letter in file.name for letter in "*?["):
        return file.name
    folder, _, _ = file.name.rpartition("/")
    published = file.address.partition("?")[0].rpartition("/")[2]
    return f"{folder}/{published}" if folder and not any(letter in folder for letter in "*?[") else published
