"""Opinions: what all that is said of one dependency comes to, vulnerability by vulnerability."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pellucid.matchers.vulnerabilities.verdicts import (
    AFFECTED,
    AUTHORS,
    FIXED,
    GUESS,
    NOT_AFFECTED,
    PACKAGE,
    UNDETERMINED,
    Verdict,
)

# Notices of distributions; one covers several vulnerabilities, and may repeat them when a fix broke something else.
NOTICES = ("DSA-", "DLA-", "DTSA-", "USN-", "RHSA-", "RLSA-", "ALSA-", "ELSA-", "SUSE-", "openSUSE-", "MGASA-", "RHBA-")


@dataclass(frozen=True, slots=True)
class Opinion:
    """`packaged` is what the dependency's own ecosystem says in the end, `packagers` the verdicts that say so, best
    first, `dissent` those that say otherwise; `upstream` are verdicts on the authors' product that call it affected,
    `authors` is what the authors themselves say against them."""

    packaged: Verdict | None = None
    packagers: tuple[Verdict, ...] = ()
    dissent: tuple[Verdict, ...] = ()
    upstream: tuple[Verdict, ...] = ()
    authors: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Opinions by vulnerability. `open` names those that may become a finding, or a silenced one.

    `publishers` are the sources that speak of the package by its name in its own ecosystem.
    """

    opinions: Mapping[str, Opinion] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    publishers: frozenset[str] = frozenset()


def answer(found: Sequence[Verdict]) -> Answer:
    """What verdicts on one dependency come to."""
    by_name: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in found:
        by_name[verdict.vulnerability].append(verdict)
    opinions = {name: _opinion(group) for name, group in by_name.items()}
    publishers = frozenset(item.statement.source for item in found if item.basis == PACKAGE)
    return Answer(opinions, tuple(sorted(name for name, item in opinions.items() if _is_open(item))), publishers)


def _is_open(item: Opinion) -> bool:
    if item.upstream:
        return True
    return item.packaged is not None and item.packaged.state in (AFFECTED, UNDETERMINED)


def _opinion(group: Sequence[Verdict]) -> Opinion:
    packaged = sorted((item for item in group if item.basis == PACKAGE), key=_weight)
    products = [item for item in group if item.basis != PACKAGE]
    upstream = sorted((item for item in products if item.state == AFFECTED), key=_trust)
    authors = [item for item in products if item.state != AFFECTED]
    if any(item.statement.source in AUTHORS for item in upstream):
        authors = []
    if not packaged:
        return Opinion(upstream=tuple(upstream), authors=next(iter(authors), None))
    state = packaged[0].state
    agreeing = [item for item in packaged if item.state is state]
    return Opinion(
        packaged=packaged[0],
        packagers=tuple(sorted(agreeing, key=_rank)),
        dissent=tuple(item for item in packaged if item.state is not state),
        upstream=tuple(upstream),
        authors=next(iter(authors), None),
    )


def is_notice(item: Verdict) -> bool:
    """Whether a record is a distribution's notice of fixes, rather than about one vulnerability."""
    return item.statement.id.startswith(NOTICES)


def _weight(item: Verdict) -> tuple[int, str, str]:
    """What counts where publishers of one ecosystem disagree, the smallest first.

    A fix that is not installed is the latest news of all; then that the version has one. Notices yield to what is said
    of the very vulnerability, but for what was never finished there: an open end that a notice has closed since.
    """
    notice = is_notice(item)
    pending = item.state == AFFECTED and bool(item.range and item.range.fixed)
    settled = item.state in (FIXED, NOT_AFFECTED)
    steps = (pending and not notice, settled and not notice, pending, settled, item.state == AFFECTED, True)
    return steps.index(True), item.statement.source, item.statement.id


def _rank(item: Verdict) -> tuple[int, str, str]:
    """Notices are shown before a distribution's own record of a CVE, and that before the CVE's."""
    name = item.statement.id
    return (0 if is_notice(item) else 2 if name.startswith("CVE-") else 1), item.statement.source, name


def _trust(item: Verdict) -> tuple[bool, bool, bool, bool, str, str]:
    """Of verdicts on a product, the most telling first: authors, then exact ones without conditions."""
    said = item.statement
    return (
        said.source not in AUTHORS,
        item.basis == GUESS,
        item.weak,
        bool(item.affected.only_with or item.affected.target),
        said.source,
        said.id,
    )
