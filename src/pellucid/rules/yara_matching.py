"""Matching an artefact with YARA rules, in the time that it may take.

Rules that take longer are found by halving the set, named in a Problem, and left out; after a few such artefacts for
as long as the process lives, so that a scan of thousands of them does not wait for each.
"""

from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

from pellucid.analysis.artefact import Artefact
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import FindingType
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.rule_match import RuleMatch
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.rules.meta import stated

ENGINE = "yara"
SECONDS = 5
BYTES_A_SECOND = 10 << 20
MOST_BYTES = 256 << 20
ROUNDS = 3
STRIKES = 2
MOST_OF_A_PATTERN = 8
MOST_EVIDENCE = 32
AROUND = 16
MOST_SHOWN = 48
Found = Sequence[Any]


class Scanner(Protocol):
    """Raises BudgetExceeded when it takes longer than `seconds`, Malformed when it cannot be done."""

    def scan(self, data: bytes, seconds: int) -> Found: ...


class YaraRules:
    """`names` gives the rules that there are; `without` makes a scanner of all but some of them."""

    def __init__(
        self,
        scanner: Scanner,
        names: Callable[[], Sequence[str]],
        without: Callable[[Collection[str]], Scanner],
        disabled: Collection[str],
    ) -> None:
        self._scanner, self._listed, self._without = scanner, names, without
        # They are there where others refer to them.
        self._disabled = frozenset(disabled)
        self._strikes = Counter[str]()
        self._left_out: tuple[str, ...] = ()

    @cached_property
    def _names(self) -> Sequence[str]:
        return self._listed()

    def match(self, artefact: Artefact, ruleset: str) -> Iterator[RuleMatch | Problem]:
        """See `engine.ReadyRules`."""
        if artefact.size > MOST_BYTES:
            yield _problem(ProblemKind.BUDGET, f"rules were matched with the first {MOST_BYTES:,} bytes only")
        if self._left_out:
            yield _problem(ProblemKind.TIMEOUT, f"{_rules(self._left_out)} left out: too slow on other files")
        if self._left_out and len(self._left_out) == len(self._names):
            return
        data = artefact.window(0, MOST_BYTES)
        try:
            rules = yield from self._matching(data)
        except Malformed as error:
            yield _problem(ProblemKind.CRASH, error.message)
            return
        for rule in rules:
            if rule.identifier not in self._disabled:
                yield _match(artefact, rule, ruleset)

    def _matching(self, data: bytes) -> Generator[Problem, None, Found]:
        """The rules that match; says which could not be tried."""
        seconds = SECONDS + len(data) // BYTES_A_SECOND
        scanner, left_out = self._scanner, self._left_out
        for _ in range(ROUNDS):
            try:
                return scanner.scan(data, seconds)
            except BudgetExceeded:
                slow = self._slow(data, seconds, left_out)
                yield _problem(ProblemKind.TIMEOUT, f"{_rules(slow)} stopped: it took longer than {seconds} s")
                left_out = (*left_out, *slow)
                self._strike(slow)
                if len(left_out) == len(self._names):
                    return ()
                scanner = self._without(left_out)
        rest = [name for name in self._names if name not in left_out]
        self._strike(rest)
        yield _problem(ProblemKind.TIMEOUT, f"{len(rest):,} other rules were not tried: there was no time left")
        return ()

    def _slow(self, data: bytes, seconds: int, left_out: Collection[str]) -> Sequence[str]:
        """The rule that is too slow by itself; all of them when none is."""
        suspects = [name for name in self._names if name not in left_out]
        everything, probe = suspects, max(1, seconds // 4)
        while len(suspects) > 1:
            half = suspects[: len(suspects) // 2]
            suspects = half if self._is_over(half, data, probe) else suspects[len(half) :]
        return suspects if self._is_over(suspects, data, probe) else everything

    def _is_over(self, names: Collection[str], data: bytes, seconds: int) -> bool:
        chosen = set(names)
        try:
            self._without([name for name in self._names if name not in chosen]).scan(data, seconds)
        except BudgetExceeded:
            return True
        return False

    def _strike(self, names: Sequence[str]) -> None:
        self._strikes.update(names)
        out = tuple(name for name in self._names if self._strikes[name] >= STRIKES)
        if out != self._left_out:
            self._left_out = out
            if len(out) < len(self._names):
                self._scanner = self._without(out)


def _rules(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return f"rule {shown}" if len(names) == 1 else f"{len(names):,} rules ({shown}{', …' if len(names) > 5 else ''})"


def _problem(kind: ProblemKind, message: str) -> Problem:
    return Problem(unit=ENGINE, kind=kind, message=message)


def _match(artefact: Artefact, rule: Any, ruleset: str) -> RuleMatch:
    said = stated(rule.metadata, rule.tags)
    return RuleMatch(
        engine=ENGINE,
        rule=rule.identifier,
        ruleset=ruleset,
        evidence=_evidence(artefact, rule, hidden=said.type == FindingType.SECRET),
        title=said.title,
        description=said.description,
        severity=said.severity,
        author=said.author,
        weakness=said.weakness,
        classification=said.type,
        identifiers=said.identifiers,
        references=said.references,
        tags=tuple(rule.tags),
    )


def _evidence(artefact: Artefact, rule: Any, *, hidden: bool) -> tuple[Evidence, ...]:
    """Where its patterns stand; a rule that matches without any is true of the whole artefact."""
    found: list[Evidence] = []
    for pattern in rule.patterns:
        matches = pattern.matches
        for match in matches[: min(MOST_OF_A_PATTERN, MOST_EVIDENCE - len(found))]:
            found.append(_sighting(artefact, match, pattern.identifier, len(matches), hidden=hidden))
    return tuple(found) or (Evidence(offset=0, length=artefact.size, seen="the condition holds for the whole file"),)


def _sighting(artefact: Artefact, match: Any, pattern: str, count: int, *, hidden: bool) -> Evidence:
    said = [("pattern", pattern)]
    if count > MOST_OF_A_PATTERN:
        said.append(("matches", f"{count:,}"))
    if hidden:
        return Evidence(offset=match.offset, length=match.length, seen=pattern, attributes=tuple(said))
    begin = max(match.offset - AROUND, 0)
    window = artefact.window(begin, match.offset - begin + min(match.length, MOST_SHOWN) + AROUND)
    if match.xor_key:
        said.append(("xorKey", f"0x{match.xor_key:02x}"))
    said += [("hex", window.hex(" ")), ("hexOffset", str(begin))]
    seen = artefact.evidence(match.offset, artefact.window(match.offset, min(match.length, MOST_SHOWN * 2)))
    return replace(seen, length=match.length, attributes=tuple(said))
