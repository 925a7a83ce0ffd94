"""Verdicts on settings that several files of an image make together, instead of those on each file alone."""

from collections.abc import Iterable, Sequence

from pellucid.domain.fragment import Fragment
from pellucid.domain.hardening import Hardening
from pellucid.domain.place import ScannedPlace
from pellucid.pipeline.included_settings import servers
from pellucid.pipeline.unit_drop_ins import services


def in_force(
    hardening: Iterable[Hardening], fragments: Sequence[Fragment], places: Sequence[ScannedPlace]
) -> tuple[Hardening, ...]:
    """The same verdicts, but for those of files that others add to, replace or take away.

    A verdict on a file that is only a part of something is left out.
    """
    if not fragments:
        return tuple(hardening)
    changed = {**servers(fragments), **services(fragments, places)}
    found = list[Hardening]()
    for fact in hardening:
        # The first verdict at a place is exchanged, others there are of parts.
        instead = changed.get((fact.subject, fact.evidence.artefact), fact)
        if instead is not None:
            found.append(instead)
            if instead is not fact:
                changed[fact.subject, fact.evidence.artefact] = None
    return (*found, *(fact for fact in changed.values() if fact is not None))
