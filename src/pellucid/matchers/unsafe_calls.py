"""Findings about calls of functions that cannot be used safely."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.dependency import Witness
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.domain.severity import Severity
from pellucid.formats import unsafe_functions
from pellucid.formats.unsafe_functions import UnsafeFunction
from pellucid.matchers.classes import classes, finding_of

MOST_SITES = 8
FORMAT = "formatString"
CALLED, IMPORTED = 1.0, 0.7
"""How sure it is that a function is called at all, by whether a call was seen."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """An unsafe function in one binary, and how bad that is."""

    seen: Observation
    severity: Severity


@matcher(name="unsafe_calls", version=1)
def unsafe_calls(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report unsafe functions that are worth a person's attention: one finding a function, with the calls of it.

    How bad a function is, its table says. A call is worse when a text is put together for it by a format nearby, or its
    own format takes a text of any length. What belongs to a package of a distribution is looked after there: of it only
    what is high counts. A function that is imported and never called directly does not.
    """
    owned = _owned(inventory)
    uses: dict[str, list[Use]] = {}
    for seen in inventory.observations:
        function = unsafe_functions.table().get(seen.name) if seen.kind is ObservationKind.UNSAFE_FUNCTION else None
        if function is None or seen.calls == 0 or class_of(function) not in classes():
            continue
        use = judged(function, seen)
        least = Severity.HIGH if seen.evidence.artefact in owned else Severity.LOW
        if use.severity.rank >= least.rank:
            uses.setdefault(seen.name, []).append(use)
    for name, found in sorted(uses.items()):
        yield _finding(unsafe_functions.table()[name], found)


def class_of(function: UnsafeFunction) -> str:
    """The class of the findings about a function."""
    return f"weakness/unsafe-function/{function.category.id}"


def judged(function: UnsafeFunction, seen: Observation) -> Use:
    """How bad the calls in one binary are, by the worst of them."""
    telling = any(dict(site.attributes).get(FORMAT) for site in seen.sites)
    raised = telling and function.category.raised.rank > function.severity.rank
    return Use(seen=seen, severity=function.category.raised if raised else function.severity)


def _finding(function: UnsafeFunction, uses: Sequence[Use]) -> Finding:
    uses = sorted(uses, key=lambda use: (-use.severity.rank, use.seen.evidence.artefact))
    calls = [use.seen.calls for use in uses if use.seen.calls is not None]
    counted = f", {sum(calls):,} calls of it were found" if calls else ""
    return finding_of(
        class_of(function),
        tuple(item for use in uses for item in _evidence(use)),
        function.name,
        title=f"{classes()[class_of(function)].title}: {function.name}",
        description=f"{function.name} {function.why}; {len(uses):,} programs or libraries import it{counted}. "
        f"Use {function.safer} instead.",
        severity=uses[0].severity,
        confidence=CALLED if calls and sum(calls) else IMPORTED,
    )


def _evidence(use: Use) -> Iterator[Evidence]:
    calls = () if use.seen.calls is None else (("calls", str(use.seen.calls)),)
    yield replace(use.seen.evidence, attributes=(*use.seen.evidence.attributes, *calls))
    yield from use.seen.sites[:MOST_SITES]


def _owned(inventory: Inventory) -> frozenset[str]:
    """Paths of what packages of a distribution own."""
    return frozenset(
        path
        for item in inventory.dependencies
        if item.witness is Witness.PACKAGE and item.distro
        for path in item.places
    )
