"""Unpacking alone: everything that is in a file, not analysed."""

from collections.abc import Callable
from pathlib import Path

from pellucid.domain.progress import Progress
from pellucid.pipeline.cache import NoCache
from pellucid.pipeline.fork_server import ForkServer
from pellucid.pipeline.messages import UNPACKING
from pellucid.pipeline.outcome import Outcome, Source
from pellucid.pipeline.runner import Runner
from pellucid.pipeline.scratch import Scratch
from pellucid.pipeline.unit_set import Units
from pellucid.services.analysis_means import budget_of, pool_of
from pellucid.settings import Settings


def unpack(
    source: Source,
    work: Path,
    settings: Settings,
    report: Callable[[Progress], None],
    *,
    server: ForkServer | None = None,
) -> tuple[Outcome, Scratch]:
    """What is in `source`, and where its bytes lie below `work` as long as that folder is there."""
    scratch = Scratch(work / "artefacts")
    with pool_of(settings, work / "processes", units=UNPACKING, server=server) as pool:
        runner = Runner(
            source=source,
            # Which units there are matters where results are kept. Here the processes alone load them.
            units=Units(()),
            pool=pool,
            cache=NoCache(),
            scratch=scratch,
            budget=budget_of(settings),
            report=report,
        )
        return runner.run(), scratch
