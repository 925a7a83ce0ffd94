"""Matches of the rules that a scan brings along: those of an organization, or of the command line."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector


@analyzer(
    name="own_rules",
    version=1,
    stage=Stage.THREATS,
    wants=Selector(lambda artefact: artefact.rules is not None and artefact.size > 0),
    most_facts=2_000,
)
def own_rules(artefact: Artefact) -> Iterator[Fact]:
    """Report each rule of one's own that the artefact matches, with the places of its patterns.

    A rule that takes too long is a Problem that names it. In a scan without rules the unit is not asked.
    """
    if artefact.rules is not None:
        yield from artefact.rules.match(artefact)
