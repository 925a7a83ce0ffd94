"""`pellucid advisories`: which vulnerability data is in use, and taking in another."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from pellucid.cli import configuration, exit_codes
from pellucid.cli.terminal import note, say
from pellucid.errors import InvalidRequest
from pellucid.services.advisories import Advisories, AdvisoryStatus
from pellucid.services.rematch_queue import import_advisories
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.migration import upgrade


def run(arguments: Namespace) -> int:
    """Import, or say what there is."""
    settings = configuration.load(data_dir=arguments.data_dir)
    if arguments.action == "import":
        status = take_in(arguments.path, settings)
        note("Taken in. What is stored is matched again by the workers, without reading a file.")
    else:
        status = Advisories(settings.data_dir).status()
    for line in describe(status, datetime.now(UTC)):
        say(line)
    return exit_codes.OK


def take_in(path: Path, settings: Settings) -> AdvisoryStatus:
    """Replace the data in use; InvalidRequest when `path` holds none that can be read."""
    if not path.exists():
        raise InvalidRequest(f"{path} does not exist.")
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database_url or f"sqlite:///{settings.data_dir.resolve() / 'pellucid.db'}")
    try:
        upgrade(database)
        return import_advisories(path, settings.data_dir, database)
    finally:
        database.close()


def describe(status: AdvisoryStatus, now: datetime) -> list[str]:
    """The status in lines for people."""
    origin = "what comes with Pellucid; nothing has been imported" if status.bundled else "imported"
    lines = [
        f"advisories: {status.advisories:,} ({origin})",
        f"known exploited: {status.known_exploited:,}",
        f"newest statement: {_age(status.published, now)}",
        f"digest: {status.digest}",
    ]
    if status.skipped:
        lines.append(f"not understood and left out: {status.skipped:,}")
    return lines


def _age(published: datetime | None, now: datetime) -> str:
    if published is None:
        return "undated"
    days = (now - published).days
    return f"{published:%Y-%m-%d}, {days:,} {'day' if days == 1 else 'days'} ago"
