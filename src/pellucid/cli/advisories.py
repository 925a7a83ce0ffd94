"""`pellucid advisories`: vulnerability data is fetched, taken in, carried to others, and said to be how old."""

import json
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pellucid.advisories import bundle as bundles
from pellucid.advisories import signing
from pellucid.advisories.feeds import feeds
from pellucid.advisories.fetching import bundle_intake, importing
from pellucid.advisories.fetching.download import Downloader
from pellucid.advisories.fetching.mirrors import mirrors_of
from pellucid.advisories.fetching.protocol import Outcome
from pellucid.advisories.fetching.updating import Order, update
from pellucid.advisories.fetching.web import Web
from pellucid.cli import advisories_tables as tables
from pellucid.cli import configuration, exit_codes
from pellucid.cli.advisories_progress import watching
from pellucid.cli.terminal import note, printable, say, size
from pellucid.errors import InvalidRequest
from pellucid.services.advisories import open_for_reading, open_store
from pellucid.settings import Settings

FETCHED = "feeds"
MOST_UNKNOWN = 20


def run(arguments: Namespace) -> int:
    """Do what the action says."""
    settings = configuration.load(data_dir=arguments.data_dir)
    action = {"update": _update, "import": _import, "status": _status, "export": _export, "keygen": _keygen}
    return action[arguments.action](arguments, settings)


def _update(arguments: Namespace, settings: Settings) -> int:
    wanted = arguments.sources or [word.strip() for word in settings.feeds_wanted.split(",") if word.strip()]
    order = Order(
        folder=settings.data_dir / FETCHED,
        wanted=tuple(wanted),
        whole=arguments.whole,
        force=arguments.force,
        nvd_key=settings.feeds_nvd_key,
    )
    with (
        closing(open_store(settings)) as store,
        watching() as watcher,
        Web(
            mirrors_of(settings.feeds_mirrors),
            watcher,
            timeout=settings.feeds_timeout,
            attempts=settings.feeds_attempts,
            backoff=settings.feeds_backoff,
        ) as web,
    ):
        outcomes = update(feeds(), store, Downloader(web, reserve=settings.disk_reserve), order, watcher)
    return _told(outcomes, settings)


def _import(arguments: Namespace, settings: Settings) -> int:
    path: Path = arguments.path
    if not path.exists():
        raise InvalidRequest(f"{path} does not exist.")
    if path.is_file() and bundles.is_bundle(path):
        return _import_bundle(arguments, settings)
    found, unknown = importing.recognised(feeds(), path)
    with closing(open_store(settings)) as store, watching() as watcher:
        outcomes = importing.take_in(found, store, watcher, force=arguments.force)
    for item in unknown[:MOST_UNKNOWN]:
        note(f"not known, left out: {printable(str(item))}")
    if len(unknown) > MOST_UNKNOWN:
        note(f"not known, left out: {len(unknown) - MOST_UNKNOWN:,} more files")
    return _told(outcomes, settings)


def _import_bundle(arguments: Namespace, settings: Settings) -> int:
    bundle = bundles.read(arguments.path)
    trusted = signing.trusted([*settings.feeds_trusted_keys.split(), *arguments.key])
    if own := signing.own_key(settings.data_dir):
        trusted |= {signing.public_text(own)}
    bundle_intake.check_trust(bundle, trusted, unsigned=arguments.unsigned)
    note(f"A bundle of {bundle.manifest.created:%Y-%m-%d %H:%M} UTC, signed by {printable(bundle.key) or 'nobody'}.")
    with closing(open_store(settings)) as store, watching() as watcher:
        outcomes = bundle_intake.take_in(bundle, feeds(), store, watcher, force=arguments.force)
    return _told(outcomes, settings)


def _export(arguments: Namespace, settings: Settings) -> int:
    with closing(open_for_reading(settings)) as store, watching() as watcher:
        if store.is_in_memory:
            raise InvalidRequest("There is nothing to export: `pellucid advisories update` fetches something.")
        key = signing.own_key(settings.data_dir, create=True)
        assert key is not None
        manifest = bundles.write(arguments.file, store, feeds(), key, watcher)
    records = sum(member.records for member in manifest.sources)
    say(
        f"{arguments.file}: {len(manifest.sources)} sources, {records:,} records, {size(arguments.file.stat().st_size)}"
    )
    say(f"signed with {signing.public_text(key)}")
    return exit_codes.OK


def _keygen(_arguments: Namespace, settings: Settings) -> int:
    key = signing.own_key(settings.data_dir, create=True)
    assert key is not None
    say(signing.public_text(key))
    return exit_codes.OK


def _status(arguments: Namespace, settings: Settings) -> int:
    now = datetime.now(UTC)
    with closing(open_for_reading(settings)) as store:
        sources = [] if store.is_in_memory else store.sources()
    if arguments.json:
        say(json.dumps(tables.status_document(sources, feeds(), now, settings.feeds_stale), indent=2))
        return exit_codes.OK
    for line in tables.status_lines(sources, feeds(), now, settings.feeds_stale):
        say(line)
    return exit_codes.OK


def _told(outcomes: Sequence[Outcome], settings: Settings) -> int:
    """Print how all of it went, have inventories matched again where something has changed, and say how to exit."""
    for line in tables.outcome_lines(outcomes):
        say(line)
    for outcome in outcomes:
        if outcome.failure:
            note(f"pellucid: {outcome.source}: {printable(outcome.failure)}")
    if any(outcome.state == "new" for outcome in outcomes):
        _match_again(settings)
        note("What is stored is matched again by the workers, without reading a file.")
    failed = [outcome for outcome in outcomes if outcome.failure]
    if failed and len(failed) == len(outcomes):
        return exit_codes.FAILED
    return exit_codes.PARTLY if failed else exit_codes.OK


def _match_again(settings: Settings) -> None:
    # Only when something has changed: the database takes as long to load as the rest of the command.
    from pellucid.services.rematch_queue import queue_rematch  # noqa: PLC0415  # see above
    from pellucid.storage.database import Database  # noqa: PLC0415  # see above
    from pellucid.storage.migration import upgrade  # noqa: PLC0415  # see above

    database = Database(settings.database_url or f"sqlite:///{settings.data_dir.resolve() / 'pellucid.db'}")
    try:
        upgrade(database)
        with database.begin() as tx:
            queue_rematch(tx)
    finally:
        database.close()
