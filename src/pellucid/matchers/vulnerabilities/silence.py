"""Matches that are no findings, and why, in a sentence for people."""

from collections.abc import Sequence

from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import Silenced, SilenceKind
from pellucid.domain.statement import Standing
from pellucid.matchers.vulnerabilities.packages import Packager
from pellucid.matchers.vulnerabilities.verdicts import FIXED, Verdict

OURSELVES = "pellucid"


def by_distribution(item: Dependency, said: Verdict, upstream: Sequence[Verdict]) -> Silenced:
    """The ecosystem of the package says that its build is not affected, though the authors' version is."""
    release = label(said.affected.subject[0])
    if said.state == FIXED and said.range:
        reason = f"{release} fixed it in {said.range.fixed}, installed is {said.version}"
    elif said.affected.standing is Standing.NOT_AFFECTED:
        reason = f"{release} says that its {said.affected.subject[1]} is not affected"
    else:
        reason = f"{release} does not count {said.version} as affected ({said.statement.id})"
    kind = SilenceKind.FIXED if said.state == FIXED else SilenceKind.NOT_AFFECTED
    return _silenced(item, said, f"{reason}{_matched(upstream)}. {said.affected.note}".strip(), kind)


def by_omission(item: Dependency, packager: Packager, upstream: Verdict) -> Silenced:
    """A tracker that knows every vulnerability does not name this one for the package."""
    release, package = label(packager.ecosystem), packager.package.source_name or packager.package.product
    reason = (
        f"{release} tracks all vulnerabilities of {package}, and this one is not among them{_matched((upstream,))}."
    )
    return Silenced(
        vulnerability=upstream.vulnerability,
        dependency=item.identity,
        source=packager.ecosystem,
        reason=reason,
        kind=SilenceKind.NOT_AFFECTED,
    )


def by_authors(item: Dependency, said: Verdict) -> Silenced:
    """The authors themselves do not count the version, whatever others say."""
    fixed = said.state == FIXED and said.range
    reason = f"the authors fixed it in {said.range.fixed}" if fixed and said.range else "the authors do not count it"
    sentence = f"{reason[0].upper()}{reason[1:]}, found is {said.version} ({said.statement.id})."
    return _silenced(item, said, sentence, SilenceKind.FIXED if fixed else SilenceKind.NOT_AFFECTED)


def by_content(item: Dependency, said: Verdict) -> Silenced:
    """The source package is affected, but nothing of it that runs is installed."""
    reason = f"{item.product} holds headers, documents or tools, and not the software that is affected."
    return Silenced(
        vulnerability=said.vulnerability,
        dependency=item.identity,
        source=OURSELVES,
        reason=reason,
        kind=SilenceKind.NOT_AFFECTED,
    )


def label(ecosystem: str) -> str:
    """ "Debian 12" of "Debian:12"."""
    return ecosystem.replace(":", " ")


def _matched(upstream: Sequence[Verdict]) -> str:
    if not upstream:
        return ""
    said = upstream[0]
    return f"; {said.statement.source} names {said.affected.subject[1]} {said.version}"


def _silenced(item: Dependency, said: Verdict, reason: str, kind: SilenceKind) -> Silenced:
    return Silenced(
        vulnerability=said.vulnerability,
        dependency=item.identity,
        source=said.statement.source,
        reason=reason,
        kind=kind,
    )
