"""Decisions: what opinions on a dependency come to in its image. Distributions decide about what they have built."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import Silenced
from pellucid.domain.vulnerability import Vulnerability
from pellucid.matchers.vulnerabilities import trust
from pellucid.matchers.vulnerabilities.conditions import Applicable, applicable
from pellucid.matchers.vulnerabilities.opinions import Opinion
from pellucid.matchers.vulnerabilities.packages import Packager, is_without_code
from pellucid.matchers.vulnerabilities.silence import by_authors, by_content, by_distribution, by_omission, label
from pellucid.matchers.vulnerabilities.surroundings import Surroundings
from pellucid.matchers.vulnerabilities.verdicts import AFFECTED, UNDETERMINED, Verdict

BUILT_BY = re.compile(r"Debian|Ubuntu|[+~]deb\d+u\d|OpenWrt|-r\d+\b")
OPEN = (AFFECTED, UNDETERMINED)


@dataclass(frozen=True, slots=True)
class Case:
    """One vulnerability and one dependency. `packager` is the distribution's package that it is, or belongs to."""

    item: Dependency
    about: Vulnerability
    opinion: Opinion
    packager: Packager | None
    surroundings: Surroundings


@dataclass(frozen=True, slots=True)
class Match:
    """A dependency that has a vulnerability. `verdicts` say so, the deciding one first; `notes` qualify it.

    `confidence` does not have that of the dependency in it; `owner` is the package that it is a part of.
    """

    item: Dependency
    about: Vulnerability
    verdicts: Sequence[Verdict]
    confidence: float
    notes: tuple[str, ...] = ()
    conditional: bool = False
    owner: Dependency | None = None


def decide(case: Case) -> Iterator[Match | Silenced]:
    """A match, or one that is silenced; nothing when nobody says that it is affected."""
    said = case.opinion.packaged
    if said and said.state in OPEN:
        yield _by_package(case, said)
        return
    upstream = applicable(case.opinion.upstream, case.surroundings, case.item.ecosystem)
    if not upstream.verdicts:
        return
    if said:
        yield by_distribution(case.item, said, case.opinion.upstream)
    elif case.opinion.authors:
        yield by_authors(case.item, case.opinion.authors)
    elif case.packager is None:
        yield _by_version(case, upstream)
    else:
        yield _in_build(case, case.packager, upstream)


def _by_package(case: Case, said: Verdict) -> Match | Silenced:
    if is_without_code(case.item):
        return by_content(case.item, said)
    confidence, notes = trust.of_package(said, case.opinion.dissent)
    return Match(case.item, case.about, (*case.opinion.packagers, *case.opinion.upstream), confidence, notes)


def _by_version(case: Case, upstream: Applicable) -> Match:
    built = any(BUILT_BY.search(place.seen) for place in case.item.evidence)
    confidence, notes = trust.of_version(upstream.verdicts[0], built=built)
    return Match(
        case.item,
        case.about,
        upstream.verdicts,
        confidence * (trust.CONDITIONAL if upstream.conditional else 1),
        (*notes, *upstream.notes),
        upstream.conditional,
    )


def _in_build(case: Case, packager: Packager, upstream: Applicable) -> Match | Silenced:
    """Software of which a distribution made the build: it decides, and where it says nothing, that is said."""
    is_package = packager.package is case.item
    owner = None if is_package else packager.package
    theirs = Opinion() if is_package else packager.on(case.about.name)
    if theirs.packaged and theirs.packaged.state in OPEN:
        confidence, notes = trust.of_package(theirs.packaged, theirs.dissent)
        return Match(case.item, case.about, (*theirs.packagers, *upstream.verdicts), confidence, notes, owner=owner)
    if theirs.packaged:
        return by_distribution(case.item, theirs.packaged, upstream.verdicts)
    if is_package and is_without_code(case.item):
        return by_content(case.item, upstream.verdicts[0])
    if packager.tells_by_silence(case.about):
        return by_omission(case.item, packager, upstream.verdicts[0])
    confidence, notes = trust.of_version(upstream.verdicts[0], built=True)
    note = trust.FIXES_ONLY if packager.covered else trust.NOT_COVERED
    return Match(
        case.item,
        case.about,
        upstream.verdicts,
        min(confidence, trust.UNLISTED) * (trust.CONDITIONAL if upstream.conditional else 1),
        (note.format(label(packager.ecosystem)), *notes[1:], *upstream.notes),
        upstream.conditional,
        owner,
    )
