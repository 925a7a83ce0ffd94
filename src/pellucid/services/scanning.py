"""Scanning: the pipeline over one file, then judgement. The same for a server's worker and the command line."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from msgspec import structs

from pellucid.analysis.matcher import Inventory, KeyHolders, Matcher, StatementIndex
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.finding import Finding, Silenced
from pellucid.domain.image import ImageCounts
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.progress import Progress, Stage
from pellucid.domain.scan_result import ScanResult
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.matchers import MATCHERS
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.cache import ResultCache
from pellucid.pipeline.merging import Found, merge
from pellucid.pipeline.outcome import Source
from pellucid.pipeline.pool import Pool
from pellucid.pipeline.rules_of_scan import LentRules
from pellucid.pipeline.runner import Runner
from pellucid.pipeline.scratch import Scratch
from pellucid.pipeline.units import UNITS

if TYPE_CHECKING:
    from pellucid.rules.rule_set import RuleSet

SHOWN_AS_FOUND = frozenset(Found.__struct_fields__) - {"problems"}


class Report(Protocol):
    """Called a few times a second; may raise to stop the scan."""

    def __call__(self, progress: Progress, /) -> None: ...


def scan(
    source: Source,
    *,
    pool: Pool,
    cache: ResultCache,
    scratch: Scratch,
    budget: Budget,
    advisories: StatementIndex,
    report: Report,
    certificate_notice: float,
    key_holders: KeyHolders | None = None,
    rules: "RuleSet | None" = None,
) -> ScanResult:
    """Everything that is in `source`, and what is wrong with it; also by `rules` of one's own."""
    started = datetime.now(UTC)
    timings: dict[str, float] = {}
    last = Progress()

    def tell(progress: Progress) -> None:
        nonlocal last
        last = progress
        report(progress)

    with _timed(timings, "unpacking"):
        with lent(rules) as (ready, unmatched):
            units = UNITS.with_rules(rules.number) if rules and ready else UNITS
            runner = partial(Runner, source=source, units=units, rules=ready, report=tell)
            outcome = runner(pool=pool, cache=cache, scratch=scratch, budget=budget).run()
        found = merge(outcome)
    tell(replace(last, stage=Stage.MATCHING))
    with _timed(timings, "matching"):
        inventory = structs.replace(inventory_of(found, started, certificate_notice), key_holders=key_holders)
        judged = judge(inventory, advisories)
    return ScanResult(
        filename=source.name,
        size=source.size,
        sha256=source.sha256,
        started=started,
        finished=datetime.now(UTC),
        counts=_counts(found, judged.findings, started),
        **{name: getattr(found, name) for name in SHOWN_AS_FOUND},
        findings=judged.findings,
        silenced=judged.silenced,
        problems=(*unmatched, *found.problems, *judged.problems),
        timings=timings,
        reused=outcome.reused,
    )


@contextmanager
def lent(rules: "RuleSet | None") -> Iterator[tuple[LentRules | None, Sequence[Problem]]]:
    """Compiled, for the processes of one scan; or why they cannot be matched."""
    if not rules:
        yield None, ()
        return
    from pellucid.pipeline import rules_apart  # noqa: PLC0415  # only who brings rules needs the library

    try:
        ready = LentRules(rules_apart.compiled(rules), rules.digest)
    except (BudgetExceeded, Malformed) as error:
        yield None, (Problem(unit="own_rules", kind=ProblemKind.BUDGET, message=f"not matched: {error.message}"),)
        return
    try:
        yield ready, ()
    finally:
        ready.close()


def inventory_of(found: Found, at: datetime, certificate_notice: float) -> Inventory:
    """What matchers are given of it."""
    return Inventory(
        dependencies=found.dependencies,
        crypto_assets=found.crypto_assets,
        crypto_uses=found.crypto_uses,
        observations=found.observations,
        at=at,
        components=found.components,
        certificate_notice=certificate_notice,
        hardening=found.hardening,
        secrets=found.secrets,
        rule_matches=found.rule_matches,
        places=found.places,
    )


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What all matchers say: findings, the worst first; matches that are none, and why; what could not be judged."""

    findings: tuple[Finding, ...]
    silenced: tuple[Silenced, ...]
    problems: tuple[Problem, ...]


def judge(inventory: Inventory, index: StatementIndex, matchers: Iterable[Matcher] = MATCHERS) -> Judged:
    """Ask all matchers, or these; one that fails is a problem, the others still count."""
    findings: dict[str, Finding] = {}
    silenced: list[Silenced] = []
    problems: list[Problem] = []
    for matcher in matchers:
        try:
            for said in matcher(inventory, index):
                match said:
                    case Finding():
                        findings[said.key] = said
                    case Silenced():
                        silenced.append(said)
                    case Problem():
                        problems.append(said)
        except Exception as error:  # noqa: BLE001  # the runner's edge: a unit that fails is a Problem
            message = f"{type(error).__name__}: {error}"
            problems.append(Problem(unit=matcher.name, kind=ProblemKind.CRASH, message=message[:300]))
    ranked = sorted(findings.values(), key=lambda finding: (-finding.severity.rank, not finding.is_kev, finding.name))
    return Judged(findings=tuple(ranked), silenced=tuple(silenced), problems=tuple(problems))


def _counts(found: Found, findings: Sequence[Finding], at: datetime) -> ImageCounts:
    assets = distinct(found.crypto_assets)
    return ImageCounts(
        dependencies=len(found.dependencies),
        cryptographic_assets=len(assets),
        finding_types=dict(sorted(Counter(finding.type for finding in findings).items())),
        kev=sum(finding.is_kev for finding in findings),
        expired_certificates=sum(asset.expired(at) for asset in assets),
        unsafe_functions=sum(_is_unsafe(observation) for observation in found.observations),
    )


def distinct(assets: Iterable[CryptoAsset]) -> list[CryptoAsset]:
    """One of each identity, however many places it lies in."""
    return list({asset.identity: asset for asset in reversed(list(assets))}.values())


def _is_unsafe(observation: Observation) -> bool:
    return observation.kind is ObservationKind.UNSAFE_FUNCTION


@contextmanager
def _timed(timings: dict[str, float], name: str) -> Iterator[None]:
    before = monotonic()
    yield
    timings[name] = round(monotonic() - before, 3)
