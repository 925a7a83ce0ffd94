"""The result cache of whoever works without a server."""

from collections.abc import Iterator
from contextlib import contextmanager

from pellucid.pipeline.cache import NoCache, ResultCache
from pellucid.settings import Settings


@contextmanager
def local_cache(settings: Settings, *, keep: bool) -> Iterator[ResultCache]:
    """That of the data directory; with `keep` false, none."""
    if not keep:
        yield NoCache()
        return
    # Libraries for databases take half a second to load: only for those who want one.
    from pellucid.services.kept_results import kept_results  # noqa: PLC0415  # half a second to load

    with kept_results(settings) as cache:
        yield cache
