"""Cached results: which of them still hold, and what of them has to be made anew."""

import logging

import msgspec

from pellucid.pipeline.content import Content, decode
from pellucid.pipeline.unit_set import Units

log = logging.getLogger(__name__)


def usable(payload: bytes | None, units: Units) -> Content | None:
    """A cached result that today's extractors would give as well; None when there is none."""
    if payload is None:
        return None
    try:
        content = decode(payload)
    except msgspec.DecodeError:
        log.warning("a cached result could not be read: it is made again")
        return None
    return content if content.identity == units.identity else None


def analyzers_missing(content: Content, units: Units) -> tuple[str, ...]:
    """Analyzers that are new, or have changed, since `content` was examined; what they said is taken out of it."""
    versions = units.versions
    idle = units.idle
    missing = [name for name, version in versions.items() if content.versions.get(name) != version and name not in idle]
    if not content.analysed or not missing:
        # The one dictionary of all finished contents: there may be a hundred thousand of them.
        content.versions = versions
        missing = []
    for name in [name for name in content.units if name in missing or name in idle or name not in versions]:
        del content.units[name]
    return tuple(missing)
