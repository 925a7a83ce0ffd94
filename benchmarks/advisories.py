"""Taking vulnerability data in: a folder of feeds as they are published, then the same again, then one that is killed.

    python benchmarks/advisories.py FOLDER [--data-dir DIR]

Each load is a process of its own (`pellucid advisories import FOLDER`): seconds, processor seconds, peak memory and the
size of the store. The last one is killed (SIGKILL) while it writes into a store that has something in it already; the
store has to answer as before, and to have the same in the end as the one that was loaded without being killed.
"""

import argparse
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pellucid.advisories.feeds import feeds
from pellucid.advisories.fetching.importing import recognised
from pellucid.advisories.fetching.protocol import SourceStatus
from pellucid.advisories.store.index import StoreIndex
from pellucid.advisories.store.store import FILE, Store

PROGRAM = "import sys; from pellucid.cli.main import main; sys.exit(main(sys.argv[1:]))"
MIB = 1 << 20
WAL = "-wal"
PIECE = 5000


@dataclass(frozen=True)
class Run:
    """`peak` is the resident set at its largest, bytes."""

    seconds: float
    processor: float
    peak: int
    code: int


def imported(folder: Path, data: Path, *, kill_at: int = 0) -> Run:
    """A load; with `kill_at` it is killed as soon as the log of the store has so many bytes."""
    words = [sys.executable, "-c", PROGRAM, "advisories", "import", str(folder), "--data-dir", str(data)]
    started = time.monotonic()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while kill_at and _size(data / (FILE + WAL)) < kill_at and process.poll() is None:
        time.sleep(0.05)
    if kill_at:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0) if process.returncode is None else (0, 0, None)
    seconds = time.monotonic() - started
    if usage is None:
        return Run(seconds, 0, 0, process.returncode or 0)
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10, os.waitstatus_to_exitcode(status))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def statuses(data: Path) -> list[SourceStatus]:
    with closing(Store.open(data / FILE, create=False)) as store:
        return store.sources()


def answers(data: Path) -> tuple[str, str]:
    """The digest of the store, and one of all that it says of every subject."""
    with closing(Store.open(data / FILE, create=False)) as store:
        rows = store.connection.rows("SELECT DISTINCT ecosystem, name FROM affected ORDER BY ecosystem, name")
        subjects = [(ecosystem, name) for ecosystem, name in rows]
        total = sha256()
        for start in range(0, len(subjects), PIECE):
            index = StoreIndex(store)
            for subject, said in index.about(subjects[start : start + PIECE]).items():
                total.update(repr((subject, said)).encode("utf-8", "replace"))
        return store.digest, total.hexdigest()


def is_whole(data: Path) -> bool:
    with closing(sqlite3.connect(data / FILE)) as link:
        return bool(link.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def show(name: str, run: Run, data: Path) -> None:
    records = sum(item.records for item in statuses(data))
    print(
        f"{name:<28} {run.seconds:8.1f} s {run.processor:8.1f} s {run.peak / MIB:8.0f} MiB "
        f"{_size(data / FILE) / MIB:8.0f} MiB {records:>10,}"
    )


def killed(folder: Path, whole: Path, data: Path) -> None:
    """Load one file, then kill the load of all, at half of what it writes; then load all again."""
    found, _ = recognised(feeds(), folder)
    smallest = min(found, key=lambda item: sum(path.stat().st_size for path in item.paths))
    imported(smallest.paths[0], data)
    before = answers(data)
    run = imported(folder, data, kill_at=_size(whole / FILE) // 2)
    print(f"killed after {run.seconds:.1f} s, exit {run.code}")
    print(f"  the file is whole: {is_whole(data)}; it answers as before: {answers(data) == before}")
    show("once more after that", imported(folder, data), data)
    same = answers(data)[1] == answers(whole)[1]
    print(f"  it answers like the one that was never killed: {same}")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data-dir", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="advisories-") as folder:
        data = options.data_dir or Path(folder, "whole")
        first = imported(options.folder, data)
        print(f"{'source':<20} {'records':>10} {'faults':>7}  newest")
        for item in statuses(data):
            newest = f"{item.newest:%Y-%m-%d}" if item.newest else "undated"
            print(f"{item.name:<20} {item.records:>10,} {item.faults:>7,}  {newest}")
        print(f"\n{'':<28} {'wall':>10} {'processor':>10} {'memory':>12} {'store':>12} {'records':>10}")
        show("first load", first, data)
        before = answers(data)
        show("the same again", imported(options.folder, data), data)
        print(f"  nothing has changed: {answers(data) == before}")
        killed(options.folder, data, Path(folder, "killed"))
        shutil.rmtree(Path(folder, "killed"))


if __name__ == "__main__":
    main(sys.argv[1:])
