"""A bill of materials without a server and without a scan: what a file is made of, and nothing else about it."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pellucid import __version__
from pellucid.domain.progress import Progress
from pellucid.pipeline import messages
from pellucid.pipeline.fork_server import ForkServer
from pellucid.pipeline.runner import Runner
from pellucid.pipeline.scratch import Scratch
from pellucid.pipeline.software import SOFTWARE
from pellucid.services.analysis_means import budget_of, pool_of, source_of
from pellucid.services.local_cache import local_cache
from pellucid.services.work_folder import work_folder
from pellucid.settings import Settings

if TYPE_CHECKING:
    from pellucid.domain.bill import Bill


def make_bill(
    path: Path,
    settings: Settings,
    on_progress: Callable[[Progress], None],
    *,
    keep: bool = False,
    server: ForkServer | None = None,
) -> "Bill":
    """What the file at `path` is made of: the bill that a scan of it would give, in less time.

    Keys, secrets and the like are not looked for, and nothing is matched. The rest is as for `local_scan.scan`.
    """
    source = source_of(path)
    with ExitStack() as stack:
        work = stack.enter_context(work_folder(settings.data_dir / "work" if keep else None))
        cache = stack.enter_context(local_cache(settings, keep=keep))
        pool = stack.enter_context(pool_of(settings, work, units=messages.SOFTWARE, server=server))
        scratch = Scratch(work / "artefacts")
        runner = Runner(
            source=source,
            units=SOFTWARE,
            pool=pool,
            cache=cache,
            scratch=scratch,
            budget=budget_of(settings),
            report=on_progress,
        )
        outcome = runner.run()
        pool.release()
        from pellucid.domain.bill import bill_from  # noqa: PLC0415  # can be loaded while the processes work
        from pellucid.pipeline.merging import merge  # noqa: PLC0415 (see the line above)

        found = merge(outcome)
    return bill_from(
        found,
        file_name=source.name,
        file_size=source.size,
        file_sha256=source.sha256,
        created=datetime.now(UTC),
        tool_version=__version__,
    )
