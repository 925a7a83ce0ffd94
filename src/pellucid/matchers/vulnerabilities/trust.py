"""How far a match is to be believed, and what its reader is told (docs/explanation/matching.md)."""

from collections.abc import Sequence

from pellucid.domain.statement import FixPlan
from pellucid.matchers.vulnerabilities.verdicts import AUTHORS, GUESS, UNDETERMINED, Verdict

# The ecosystem's own data about a package; the authors' own about their versions; those of others about these; the same
# by a name that may be another's; of a build by a distribution, which may have the fix under the old number; of all
# versions.
BY_ECOSYSTEM, BY_AUTHORS, BY_VERSION, BY_GUESS, IN_A_BUILD, WEAK = 0.95, 0.8, 0.6, 0.4, 0.3, 0.15
# A distribution that publishes fixes only, and none for this; one that has not judged yet.
UNLISTED, UNDECIDED = 0.25, 0.3
# Factors: what else has to be there is not known to be; of the version only bounds are known; others of the same
# ecosystem do not count the version; it matters only where some functions are used.
CONDITIONAL, WHOLE, DISSENT, BY_SYMBOLS = 0.5, 0.7, 0.8, 0.7
MOST_SYMBOLS = 8

VERSION_CAVEAT = "Matched by the authors' version number alone: a vendor may have applied the fix without changing it."
BUILD_CAVEAT = (
    "Matched by the authors' version number alone, and what was seen names the build of a distribution: it may carry "
    "the fix under this version. Check the distribution's advisories."
)
FIXES_ONLY = (
    "{} says nothing about this vulnerability in this package: matched by the authors' version number, and the fix may "
    "have been applied."
)
NOT_COVERED = (
    "No data of {} are loaded: matched by the authors' version number, and the fix may have been applied in its build."
)
ANY_VERSION = "The source means all versions, which often says that nobody knew which."
GUESSED = "Matched by a name that may be another product's."
BOUNDS = "The version is not known, but all versions that it can be are affected."
PLANS = {
    FixPlan.DEFERRED: "The distribution calls it minor and has put off the fix.",
    FixPlan.WILL_NOT_FIX: "The distribution will not fix it.",
    FixPlan.END_OF_LIFE: "The distribution no longer looks after the package or the release.",
}
UNIMPORTANT = "The distribution calls it unimportant: the fault is in the sources, and does no harm in its build."
NOT_DECIDED = "The distribution has not decided yet whether its build is affected."
MINOR = ("unimportant", "negligible")


def of_package(said: Verdict, dissent: Sequence[Verdict]) -> tuple[float, tuple[str, ...]]:
    """What the package's own ecosystem says."""
    confidence, notes = BY_ECOSYSTEM, []
    if said.state == UNDETERMINED:
        confidence = UNDECIDED
        notes.append(NOT_DECIDED)
    if said.weak:
        notes.append(ANY_VERSION)
    others = [item for item in dissent if item.state != UNDETERMINED]
    if others:
        confidence *= DISSENT
        names = ", ".join(dict.fromkeys(item.statement.id for item in others[:3]))
        notes.append(f"{names} does not count this version as affected.")
    if said.affected.symbols:
        confidence *= BY_SYMBOLS
        notes.append(_symbols(said))
    notes += [PLANS.get(said.affected.plan, ""), UNIMPORTANT if is_minor(said) else "", said.affected.note]
    return confidence, tuple(filter(None, notes))


def of_version(said: Verdict, *, built: bool) -> tuple[float, tuple[str, ...]]:
    """What is said of the authors' product. The first note is the caveat that every such match has."""
    confidence = BY_AUTHORS if said.statement.source in AUTHORS else BY_VERSION
    notes = [BUILD_CAVEAT if built else VERSION_CAVEAT]
    if said.basis == GUESS:
        confidence = BY_GUESS
        notes.append(GUESSED)
    if built:
        confidence = min(confidence, IN_A_BUILD)
    if said.weak:
        confidence = min(confidence, WEAK)
        notes.append(ANY_VERSION)
    if said.whole:
        confidence *= WHOLE
        notes.append(BOUNDS)
    return confidence, tuple(filter(None, (*notes, said.affected.note)))


def is_minor(said: Verdict) -> bool:
    """Whether the publisher says that it does no harm."""
    return said.affected.urgency in MINOR


def _symbols(said: Verdict) -> str:
    names = said.affected.symbols
    more = ", …" if len(names) > MOST_SYMBOLS else ""
    return f"It matters only where one of these is used: {', '.join(names[:MOST_SYMBOLS])}{more}."
