"""The fork server of a scan, started before anything else is loaded."""

import os
from pathlib import Path

from pellucid.analysis.output import HOLE
from pellucid.pipeline.fork_server import ForkServer
from pellucid.pipeline.messages import Welcome
from pellucid.settings import Settings


def early_server(settings: Settings, units: str) -> ForkServer:
    """What analysis processes with the units of that name are forked from, as a copy of this process.

    It gets ready while this process loads the rest of what it needs; `pool_of` takes it.
    """
    server = ForkServer(copy_for=units)
    server.welcome(welcome(settings, units))
    return server


def welcome(settings: Settings, units: str) -> Welcome:
    """What the operator lets analysis processes use."""
    cache = _cache(settings.data_dir)
    return Welcome(
        memory=settings.unit_memory,
        # Room above the budget, in which holes count less: a unit that reaches it is told so by that, not by a signal.
        file_size=settings.extraction_bytes * HOLE + (64 << 20),
        units=units,
        cache=str(cache.resolve()) if cache else "",
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
