"""Cached results: which of them still hold, and what of them has to be made anew."""

import logging
from collections.abc import Iterable, Mapping

import msgspec

from pellucid.pipeline.cache import NoCache, ResultCache
from pellucid.pipeline.content import Content, decode, encode
from pellucid.pipeline.unit_set import Units

log = logging.getLogger(__name__)
SAVE_EVERY = 200


class Kept:
    """Results of earlier scans and of this one, in a cache. `ever` is false for who keeps nothing."""

    def __init__(self, cache: ResultCache, units: Units) -> None:
        self._cache, self._units = cache, units
        self._unsaved: dict[str, bytes] = {}
        self.ever = not isinstance(cache, NoCache)
        # Only what is kept has to be known again by the versions of its units.
        self.versions = units.versions if self.ever else {}

    def among(self, keys: Iterable[str]) -> Mapping[str, tuple[Content, tuple[str, ...]]]:
        """What is known of these contents, and the analyzers that must be asked again about each."""
        asked = list(keys) if self.ever else []
        payloads = self._cache.get_many(asked) if asked else {}
        found = {key: usable(payload, self._units) for key, payload in payloads.items()}
        return {key: (known, analyzers_missing(known, self._units)) for key, known in found.items() if known}

    def add(self, content: Content) -> None:
        """Keep a result, unless it came about by chance."""
        if self.ever and content.lasting:
            self._unsaved[content.sha256] = encode(content)
            if len(self._unsaved) >= SAVE_EVERY:
                self.save()

    def save(self) -> None:
        """Write what was not written yet."""
        if self._unsaved:
            self._cache.put_many(self._unsaved)
            self._unsaved = {}


def usable(payload: bytes, units: Units) -> Content | None:
    """A cached result that today's extractors would give as well; None when it is not."""
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
