"""What a scan is given to work with: a budget, analysis processes, the file itself."""

import hashlib
import os
from pathlib import Path

from pellucid.analysis.limits import Limits
from pellucid.analysis.output import HOLE
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.fork_server import ForkServer
from pellucid.pipeline.messages import EVERYTHING
from pellucid.pipeline.outcome import Source
from pellucid.pipeline.pool import Pool
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
    # Room above the budget, in which holes count less: a unit that reaches it is told so by that, not by a signal.
    file_size = settings.extraction_bytes * HOLE + (64 << 20)
    return Pool(
        size,
        work=work,
        memory=settings.unit_memory,
        file_size=file_size,
        units=units,
        cache=_cache(settings.data_dir),
        server=server,
    )


def _cache(data_dir: Path) -> Path | None:
    """The data directory's cache; without a data directory the user's (XDG Base Directory Specification)."""
    if data_dir.is_dir():
        return data_dir / "cache"
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "pellucid"
    except RuntimeError:
        # A user without a home.
        return None


def source_of(path: Path, name: str = "") -> Source:
    """A file on this machine, hashed in one pass."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Source(path=path, name=name or path.name, sha256=digest, size=path.stat().st_size)
