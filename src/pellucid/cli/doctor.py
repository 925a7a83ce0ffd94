"""`pellucid doctor`: what this machine lacks, what that costs, and what to do about it."""

import os
import shutil
import sqlite3
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pellucid.cli import configuration, exit_codes
from pellucid.cli.terminal import say, size
from pellucid.errors import MissingLibrary, PellucidError
from pellucid.formats import libarchive
from pellucid.pipeline.sandbox import Layers
from pellucid.services.advisories import open_for_reading
from pellucid.services.analysis_means import pool_of
from pellucid.settings import Settings

DAY = 86400.0
OK, WARNING, MISSING = "ok", "warning", "missing"
IN_FORCE = {
    "landlock": "in force: an analysis process reads what it is given, and writes to its own folder",
    "seccomp": "in force: no programs, no new processes, no sockets",
    "namespaces": "in force: no network",
    "user": "in force: no rights of root",
}


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at. MISSING means that Pellucid cannot work, WARNING that it works less well."""

    verdict: str
    subject: str
    words: str


def run(arguments: Namespace) -> int:
    """Print every check; 2 when something is missing without which nothing works."""
    settings = configuration.load(data_dir=arguments.data_dir)
    checks = list(examine(settings))
    for check in checks:
        say(f"{check.verdict:<8} {check.subject}: {check.words}")
    return exit_codes.FAILED if any(check.verdict == MISSING for check in checks) else exit_codes.OK


def examine(settings: Settings) -> Iterator[Check]:
    """Look at this machine; changes nothing on it."""
    yield from _sandbox(settings)
    yield from _data_dir(settings)
    yield _database_engine()
    yield _archives()
    yield _advisories(settings)


def _sandbox(settings: Settings) -> Iterator[Check]:
    """What confines a real analysis process, as it says itself."""
    layers = confinement(settings)
    if not layers:
        words = "an analysis process cannot be started: see the log above"
        yield Check(verdict=MISSING, subject="sandbox", words=words)
    for layer, why in layers.items():
        words = f"{why}; analysis of hostile files is less confined" if why else IN_FORCE.get(layer, "in force")
        yield Check(verdict=WARNING if why else OK, subject=layer, words=words)
    cores = len(os.sched_getaffinity(0))
    yield Check(verdict=OK, subject="processors", words=f"{cores}; as many artefacts are analysed at once")


def confinement(settings: Settings) -> Layers:
    """The layers of the sandbox; empty when no process can be started."""
    with tempfile.TemporaryDirectory(prefix="pellucid-") as folder, pool_of(settings, Path(folder)) as pool:
        return pool.layers()


def _data_dir(settings: Settings) -> Iterator[Check]:
    folder = settings.data_dir
    existing = _existing(folder)
    subject = f"data directory {folder}"
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        words = f"{existing} is not a folder that can be written to: choose another --data-dir"
        yield Check(verdict=MISSING, subject=subject, words=words)
        return
    yield Check(verdict=OK, subject=subject, words="writable" if folder.exists() else "will be made on first use")
    free = shutil.disk_usage(existing).free
    enough = free > 2 * settings.disk_reserve
    words = f"{size(free)} free, of which {size(settings.disk_reserve)} stay reserved"
    yield Check(
        verdict=OK if enough else WARNING,
        subject="disk",
        words=words if enough else f"{words}: uploads and scans will be refused soon, free some space",
    )


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next(path for path in (folder, *folder.parents) if path.exists())


def _database_engine() -> Check:
    recent = sqlite3.sqlite_version_info >= (3, 35)
    words = f"SQLite {sqlite3.sqlite_version}" + ("" if recent else "; 3.35 or later is needed")
    return Check(verdict=OK if recent else MISSING, subject="database", words=words)


def _archives() -> Check:
    """The one library that readers of archives load when they need it."""
    try:
        words = libarchive.version()
    except MissingLibrary as error:
        words = f"{error.message}; RAR, LHA, xar, and cabinets packed with LZX are recognised, but not unpacked"
        return Check(verdict=WARNING, subject="libarchive", words=words)
    return Check(verdict=OK, subject="libarchive", words=f"{words}; it unpacks RAR, LHA, xar, and LZX in cabinets")


def _advisories(settings: Settings) -> Check:
    try:
        store = open_for_reading(settings)
    except (PellucidError, OSError) as error:
        return Check(verdict=MISSING, subject="advisories", words=f"cannot be read: {error}")
    try:
        sources, only_bundled = store.sources(), store.is_in_memory
    finally:
        store.close()
    records = sum(source.records for source in sources)
    if only_bundled:
        words = f"{records:,}, as they come with Pellucid: a start only, see `pellucid advisories update --help`"
        return Check(verdict=WARNING, subject="advisories", words=words)
    now = datetime.now(UTC)
    ages = [(now - source.checked).total_seconds() for source in sources if source.checked]
    words = f"{records:,} records of {len(sources)} sources"
    late = sum(age > settings.feeds_stale for age in ages)
    if late:
        days = max(ages) / DAY
        words += f", {late} of them not brought up to date for up to {days:,.0f} days: newer vulnerabilities are not "
        words += "known, see `pellucid advisories status`"
    return Check(verdict=WARNING if late else OK, subject="advisories", words=words)
