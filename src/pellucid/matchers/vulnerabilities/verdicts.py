"""Verdicts: what each statement means for one dependency, whatever image it is in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pellucid.domain.statement import Affected, Standing, Statement, Subject
from pellucid.domain.version_range import VersionRange
from pellucid.matchers.vulnerabilities.corrections import NVD, corrected_by
from pellucid.matchers.vulnerabilities.intervals import encloses, fix_in, hit, order_in
from pellucid.matchers.vulnerabilities.questions import Question

# Authors who publish for each of their vulnerabilities which of their versions have it, and where it was fixed: nobody
# knows better. Some say from which version on it is there, however old; others leave out branches they have given up.
AUTHORS = frozenset(("curl", "openssl"))
WITH_ORIGIN = frozenset(("curl",))


State = Literal["affected", "fixed", "notAffected", "undetermined"]
AFFECTED: Final = "affected"
FIXED: Final = "fixed"
NOT_AFFECTED: Final = "notAffected"
UNDETERMINED: Final = "undetermined"

Basis = Literal["package", "product", "guess"]
"""Which name of the dependency a statement speaks of: that in its own ecosystem, that of the software as its authors
release it, or one that may be another's."""
PACKAGE: Final = "package"
PRODUCT: Final = "product"
GUESS: Final = "guess"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`version` is the one that was compared (or its bounds), `range` that which it lies in, or whose fix it has.

    `weak`: the statement means all versions, often since nobody knew better. `whole`: of the version only bounds are
    known, and all between them is meant.
    """

    statement: Statement
    state: State
    basis: Basis
    version: str
    range: VersionRange | None = None
    weak: bool = False
    whole: bool = False

    @property
    def vulnerability(self) -> str:
        return self.statement.vulnerability

    @property
    def affected(self) -> Affected:
        return self.statement.affected


STATES: Mapping[Standing, State] = {
    Standing.AFFECTED: AFFECTED,
    Standing.NOT_AFFECTED: NOT_AFFECTED,
    Standing.UNDETERMINED: UNDETERMINED,
}


def verdicts(asked: Question, statements: Mapping[Subject, Sequence[Statement]]) -> tuple[Verdict, ...]:
    """All that something can be concluded from, once each."""
    found = [
        verdict
        for subject, version in asked.packages
        for statement in statements.get(subject, ())
        if (verdict := _of_package(statement, version))
    ]
    if asked.upstream or asked.bounds:
        found += _of_products(asked, statements)
    return tuple(dict.fromkeys(found))


def _of_products(asked: Question, statements: Mapping[Subject, Sequence[Statement]]) -> Iterator[Verdict]:
    """What is said of the product, by its names in the CPE dictionary before others.

    Tags that a fix is missing in are counted by machines that lose their way in the history of a repository, and names
    of publishers are loose: where somebody has said by a CPE name which versions are affected, others only join in.
    """
    named: tuple[tuple[Basis, tuple[Subject, ...]], ...] = ((PRODUCT, asked.products), (GUESS, asked.guesses))
    pairs = [(basis, subject) for basis, subjects in named for subject in subjects]
    by_cpe = [pair for pair in pairs if pair[1][0].startswith("cpe:")]
    spoken = {item.vulnerability for _, subject in by_cpe for item in statements.get(subject, ()) if _is_exact(item)}
    corrected = corrected_by(item for _, subject in by_cpe for item in statements.get(subject, ()) if _is_exact(item))
    affirmed = set[str]()
    for basis, subject in (*by_cpe, *(pair for pair in pairs if pair not in by_cpe)):
        for verdict in _of_product(asked, basis, statements.get(subject, ())):
            if subject[0].startswith("cpe:"):
                if verdict.statement.source == NVD and verdict.vulnerability in corrected:
                    continue
                affirmed.add(verdict.vulnerability)
            elif verdict.vulnerability in spoken - affirmed:
                continue
            yield verdict


def _is_exact(item: Statement) -> bool:
    """Whether it says of some versions that they are affected, rather than of all."""
    said = item.affected
    return said.standing is Standing.AFFECTED and not said.any_version and bool(said.ranges or said.versions)


def _of_package(statement: Statement, version: str) -> Verdict | None:
    affected = statement.affected
    order = order_in(affected)
    meant = hit(affected, version, order)
    if affected.standing is not Standing.AFFECTED:
        return Verdict(statement, STATES[affected.standing], PACKAGE, version, meant.range) if meant else None
    if meant:
        return Verdict(statement, AFFECTED, PACKAGE, version, meant.range, meant.weak)
    if not affected.ranges and not affected.versions:
        return None
    fixed = fix_in(affected, version, order)
    return Verdict(statement, FIXED if fixed else NOT_AFFECTED, PACKAGE, version, fixed)


def _of_product(asked: Question, basis: Basis, said: Iterable[Statement]) -> Iterator[Verdict]:
    """Who says that this very version is not affected is believed about what the same record says of others."""
    found = [verdict for statement in said if (verdict := _by_version(asked, basis, statement))]
    spared = {
        (item.statement.source, item.statement.id)
        for item in found
        if item.affected.standing is Standing.NOT_AFFECTED and not item.weak
    }
    for item in found:
        is_spared = (item.statement.source, item.statement.id) in spared
        if item.statement.source in AUTHORS if item.state != AFFECTED else not is_spared:
            yield item


def _by_version(asked: Question, basis: Basis, statement: Statement) -> Verdict | None:
    affected = statement.affected
    order = order_in(affected, asked.products[0][1] if asked.products else "")
    version = asked.upstream or asked.bounds
    meant = hit(affected, version, order) if asked.upstream else encloses(affected, version, order)
    if meant is None:
        # Only authors tell by what they leave out.
        if statement.source not in AUTHORS or not asked.upstream or not (affected.ranges or affected.versions):
            return None
        fixed = fix_in(affected, version, order)
        if not fixed and statement.source not in WITH_ORIGIN:
            return None
        return Verdict(statement, FIXED if fixed else NOT_AFFECTED, basis, version, fixed)
    return Verdict(
        statement, STATES[affected.standing], basis, version, meant.range, meant.weak, whole=not asked.upstream
    )
