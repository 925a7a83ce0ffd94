"""What a scan is given to work with: a budget, analysis processes, the file itself."""

import os
from pathlib import Path

from pellucid.analysis.limits import Limits
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.fork_server import ForkServer
from pellucid.pipeline.messages import EVERYTHING
from pellucid.pipeline.outcome import Source
from pellucid.pipeline.pool import Pool
from pellucid.services.early_server import welcome
from pellucid.settings import Settings


def budget_of(settings: Settings) -> Budget:
    """What the operator allows a scan."""
    limits = Limits(
        bytes=settings.extraction_bytes,
        files=settings.extraction_files,
        ratio=settings.extraction_ratio,
        name_length=settings.name_length,
    )
    return Budget(
        bytes=settings.scan_bytes,
        files=settings.scan_files,
        ratio=settings.scan_ratio,
        depth=settings.scan_depth,
        seconds=settings.scan_seconds,
        unit_seconds=settings.unit_seconds,
        reserve=settings.disk_reserve,
        limits=limits,
    )


def pool_of(settings: Settings, work: Path, *, units: str = EVERYTHING, server: ForkServer | None = None) -> Pool:
    """Analysis processes as the operator wants them, with the units of that name; they write under `work`.

    `server` is what they are forked from, where it has been started before; the pool ends it.
    """
    size = settings.processes or len(os.sched_getaffinity(0))
    return Pool(size, work=work, welcome=welcome(settings, units), server=server)


def source_of(path: Path, name: str = "") -> Source:
    """A file on this machine, not read yet."""
    return Source(path=path, name=name or path.name, size=path.stat().st_size)
