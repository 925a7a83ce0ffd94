"""Progress on stderr: bars on a terminal, now and then a plain line anywhere else."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pellucid.cli.terminal import note, size
from pellucid.domain.progress import Progress, Stage

PLAIN_SECONDS = 5.0

OnProgress = Callable[[Progress], None]


@contextmanager
def scan_progress(what: str) -> Iterator[OnProgress]:
    """Yields a function that shows how far the scan of `what` is."""
    if sys.stderr.isatty():
        with _scan_bar(what) as show:
            yield show
    else:
        yield _PlainScan(what).show


@contextmanager
def transfer_progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yields a function to call with each number of bytes sent."""
    if sys.stderr.isatty():
        with _transfer_bar(what, total) as advance:
            yield advance
    else:
        yield _PlainTransfer(what, total).advance


@contextmanager
def _scan_bar(what: str) -> Iterator[OnProgress]:
    from rich import progress  # noqa: PLC0415  # only a terminal needs it, and it takes 100 ms to load
    from rich.console import Console  # noqa: PLC0415  # as above

    columns = (
        progress.TextColumn("{task.fields[stage]:<10}"),
        progress.BarColumn(bar_width=None),
        progress.TextColumn("{task.completed:,.0f} of {task.fields[known]:,} artefacts"),
        progress.TextColumn("{task.fields[size]}"),
        progress.TextColumn("{task.fields[problems]:,} problems"),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, stage=str(Stage.WAITING), known=0, size="", problems=0)

        def show(state: Progress) -> None:
            bar.update(
                task,
                completed=state.done,
                total=state.known or None,
                stage=str(state.stage),
                known=state.known,
                size=size(state.bytes),
                problems=state.problems,
            )

        yield show


@contextmanager
def _transfer_bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    from rich import progress  # noqa: PLC0415  # only a terminal needs it, and it takes 100 ms to load
    from rich.console import Console  # noqa: PLC0415  # as above

    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=None),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)


class _PlainScan:
    """A line when the stage changes, and every few seconds."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._stage: Stage | None = None
        self._shown_at = 0.0

    def show(self, state: Progress) -> None:
        now = time.monotonic()
        if state.stage is self._stage and now - self._shown_at < PLAIN_SECONDS:
            return
        self._stage, self._shown_at = state.stage, now
        how_far = f"{state.done:,} of {state.known:,} artefacts, {size(state.bytes)}, {state.problems:,} problems"
        note(f"{self._what}: {state.stage}" + (f", {how_far}" if state.known else ""))


class _PlainTransfer:
    """A line every few seconds."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._sent = 0
        self._shown_at = time.monotonic()

    def advance(self, count: int) -> None:
        self._sent += count
        now = time.monotonic()
        if now - self._shown_at >= PLAIN_SECONDS:
            self._shown_at = now
            note(f"{self._what}: {size(self._sent)} of {size(self._total)} sent")
