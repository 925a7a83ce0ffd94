"""A scan without a server: the same pipeline, with what this machine has."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pellucid.domain.progress import Progress
from pellucid.domain.scan_result import ScanResult
from pellucid.pipeline.fork_server import ForkServer
from pellucid.pipeline.scratch import Scratch
from pellucid.services.advisories import Advisories
from pellucid.services.analysis_means import budget_of, pool_of, source_of
from pellucid.services.local_cache import local_cache
from pellucid.services.scanning import scan as run_pipeline
from pellucid.services.work_folder import work_folder
from pellucid.settings import Settings

if TYPE_CHECKING:
    from pellucid.rules.rule_set import RuleSet


def scan(
    path: Path,
    settings: Settings,
    on_progress: Callable[[Progress], None],
    *,
    keep: bool = False,
    server: ForkServer | None = None,
    rules: "RuleSet | None" = None,
) -> ScanResult:
    """Scan the file at `path`. With `keep`, results are kept in, and taken from, the data directory.

    A fork server that was started before all this was imported makes it quicker; it is ended with the scan.
    `rules` are of one's own. Raises OSError when the file cannot be read or the disk is full.
    """
    source = source_of(path)
    with ExitStack() as stack:
        work = stack.enter_context(work_folder(settings.data_dir / "work" if keep else None))
        cache = stack.enter_context(local_cache(settings, keep=keep))
        pool = stack.enter_context(pool_of(settings, work, server=server))
        index, _ = Advisories(settings).current()
        return run_pipeline(
            source,
            pool=pool,
            cache=cache,
            scratch=Scratch(work / "artefacts"),
            budget=budget_of(settings),
            advisories=index,
            report=on_progress,
            certificate_notice=settings.certificate_notice,
            rules=rules,
        )
