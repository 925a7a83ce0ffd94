"""A scan without a server: the same pipeline, with what this machine has."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pellucid.blobs.local import LocalBlobs
from pellucid.domain.scan import Progress
from pellucid.domain.scan_result import ScanResult
from pellucid.pipeline.cache import NoCache, ResultCache
from pellucid.services.advisories import Advisories
from pellucid.services.scanning import budget_of, pool_of, source_of
from pellucid.services.scanning import scan as run_pipeline
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.migration import upgrade
from pellucid.storage.repositories.content_results import DatabaseCache


def scan(path: Path, settings: Settings, on_progress: Callable[[Progress], None], *, keep: bool = False) -> ScanResult:
    """Scan the file at `path`. With `keep`, results are kept in, and taken from, the data directory.

    Raises OSError when the file cannot be read or the disk is full.
    """
    source = source_of(path)
    with ExitStack() as stack:
        work = stack.enter_context(_work_folder(settings, keep=keep))
        cache: ResultCache = NoCache()
        if keep:
            database = Database(settings.database_url or f"sqlite:///{settings.data_dir / 'pellucid.db'}")
            stack.callback(database.close)
            upgrade(database)
            cache = DatabaseCache(database)
        artefacts = work / "artefacts"
        store = LocalBlobs(artefacts)
        pool = stack.enter_context(pool_of(settings, work, [path, artefacts]))
        index, _ = Advisories(settings.data_dir if keep else None).current()
        return run_pipeline(
            source,
            pool=pool,
            cache=cache,
            store=store,
            budget=budget_of(settings),
            advisories=index,
            report=on_progress,
        )


@contextmanager
def _work_folder(settings: Settings, *, keep: bool) -> Iterator[Path]:
    """A folder of our own for what is unpacked, removed at the end."""
    parent = settings.data_dir / "work" if keep else None
    if parent:
        parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="pellucid-", dir=parent))
    try:
        (folder / "artefacts").mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
