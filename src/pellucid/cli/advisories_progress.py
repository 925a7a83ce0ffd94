"""How far an update of the advisories is: a bar on a terminal, now and then a plain line anywhere else."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pellucid.advisories.fetching.protocol import Outcome, Watcher
from pellucid.cli.terminal import duration, note, printable, size

if TYPE_CHECKING:
    from rich.progress import Progress

PLAIN_SECONDS = 5.0
SETTLING = "putting together what all sources say of each vulnerability"


@contextmanager
def watching() -> Iterator[Watcher]:
    """Yields who is to be told of the progress."""
    if not sys.stderr.isatty():
        yield Plain()
        return
    from rich import progress  # noqa: PLC0415  # only a terminal needs it, and it takes 100 ms to load
    from rich.console import Console  # noqa: PLC0415  # as above

    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=30),
        progress.TextColumn("{task.fields[words]}", markup=False),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Bars(bars)


class Plain:
    """A `Watcher` that writes a line for each source that is done, and every few seconds in between."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._source = ""
        self._bytes = self._records = 0
        self._shown_at = time.monotonic()

    def begin(self, source: str) -> None:
        self._source, self._bytes, self._records = source, 0, 0

    def transferred(self, count: int, total: int | None) -> None:
        with self._lock:
            self._bytes += count
        of = f" of {size(total)}" if total and total > self._bytes else ""
        self._now_and_then(f"{size(self._bytes)}{of} fetched")

    def read(self, records: int) -> None:
        self._records = records
        self._now_and_then(f"{records:,} records read")

    def waiting(self, seconds: float, reason: str) -> None:
        note(f"{self._source}: {printable(reason)}; again in {duration(seconds)}")

    def end(self, outcome: Outcome) -> None:
        note(line_of(outcome))

    def settling(self) -> None:
        note(SETTLING)

    def _now_and_then(self, words: str) -> None:
        now = time.monotonic()
        if now - self._shown_at >= PLAIN_SECONDS:
            self._shown_at = now
            note(f"{self._source}: {words}")


class Bars:
    """A `Watcher` with a bar for the source that is being worked on, and a line for each that is done."""

    def __init__(self, bars: "Progress") -> None:
        self._bars = bars
        self._task = bars.add_task("", total=None, words="")
        self._lock = threading.Lock()
        self._all = self._this = 0
        self._total: int | None = None

    def begin(self, source: str) -> None:
        self._all = self._this = 0
        self._total = None
        self._bars.reset(self._task, description=source, total=None, words="")

    def transferred(self, count: int, total: int | None) -> None:
        with self._lock:
            if total != self._total or (total and self._this >= total):
                self._this, self._total = 0, total
            self._all += count
            self._this += count
            words = f"{size(self._all)} fetched"
        self._bars.update(self._task, completed=self._this, total=total, words=words)

    def read(self, records: int) -> None:
        self._bars.update(self._task, total=None, words=f"{records:,} records read")

    def waiting(self, seconds: float, reason: str) -> None:
        self._bars.update(self._task, words=f"again in {duration(seconds)}: {printable(reason)}")

    def end(self, outcome: Outcome) -> None:
        self._bars.console.print(line_of(outcome), markup=False, highlight=False)

    def settling(self) -> None:
        self._bars.reset(self._task, description=SETTLING, total=None, words="")


def line_of(outcome: Outcome) -> str:
    """A source that is done, in one line."""
    if outcome.failure:
        return f"{outcome.source}: failed: {printable(outcome.failure)}"
    loaded = outcome.loaded
    if loaded is None or not loaded.seen:
        return f"{outcome.source}: unchanged, {duration(outcome.seconds)}"
    parts = [
        (loaded.added, "new"),
        (loaded.changed, "changed"),
        (loaded.removed, "gone"),
        (loaded.faults, "not in order"),
    ]
    words = ", ".join(f"{number:,} {word}" for number, word in parts if number)
    return f"{outcome.source}: {loaded.seen:,} records read, {words or 'none changed'}, {duration(outcome.seconds)}"
