"""From contents to places: the tree of artefacts, and facts with the paths that they are true of."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from pellucid.domain.component import Component
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind
from pellucid.domain.crypto_use import CryptoUse
from pellucid.domain.dependency import Dependency
from pellucid.domain.evidence import Evidence
from pellucid.domain.file_list import FileList
from pellucid.domain.fragment import Fragment
from pellucid.domain.hardening import Check, Hardening
from pellucid.domain.link import Link
from pellucid.domain.observation import Observation
from pellucid.domain.package_licence import PackageLicence
from pellucid.domain.place import ScannedArtefact, ScannedPlace
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.rule_match import RuleMatch
from pellucid.domain.secret import Secret
from pellucid.domain.start import Start
from pellucid.domain.vex_claim import VexClaim
from pellucid.pipeline.content import Content, UnitResult
from pellucid.pipeline.inventory.assembly import assemble
from pellucid.pipeline.named_places import is_named
from pellucid.pipeline.outcome import Outcome
from pellucid.pipeline.tree import nothing_recognised, tree_of

MOST_PLACES = 16
MOST_ALIKE = 20


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was found, by place, in the order of the tree."""

    artefacts: tuple[ScannedArtefact, ...]
    places: tuple[ScannedPlace, ...]
    components: tuple[Component, ...]
    dependencies: tuple[Dependency, ...]
    links: tuple[Link, ...]
    crypto_assets: tuple[CryptoAsset, ...]
    crypto_uses: tuple[CryptoUse, ...]
    observations: tuple[Observation, ...]
    hardening: tuple[Hardening, ...]
    secrets: tuple[Secret, ...]
    rule_matches: tuple[RuleMatch, ...]
    vex_claims: tuple[VexClaim, ...]
    problems: tuple[Problem, ...]
    metadata: dict[str, dict[str, str]]


def merge(outcome: Outcome) -> Found:
    """Put facts at their places. A fact about bytes that lie in many places names at most sixteen of them.

    Facts that are only believed under some names are left out elsewhere. What only a former version of a file says is
    not true of the image any more, but for keys and other secrets.
    """
    tree = tree_of(outcome)
    facts = _Facts(tree.former)
    for content in tree.contents:
        facts.add(content, tree.paths[content.sha256])
    inventory = assemble(
        tree.places,
        components=facts.components,
        dependencies=facts.dependencies,
        file_lists=facts.file_lists,
        package_licences=facts.package_licences,
        starts=facts.starts,
    )
    return Found(
        artefacts=tree.artefacts,
        places=tree.places,
        components=inventory.components,
        dependencies=inventory.dependencies,
        links=inventory.links,
        crypto_assets=tuple(facts.crypto_assets),
        crypto_uses=tuple(facts.crypto_uses),
        observations=tuple(facts.observations),
        hardening=facts.in_force(tree.places),
        secrets=tuple(facts.secrets),
        rule_matches=tuple(facts.rule_matches),
        vex_claims=tuple(facts.vex_claims),
        problems=(*tree.problems, *gathered(facts.problems), *([] if facts else nothing_recognised(outcome))),
        metadata={tree.paths[item.sha256][0]: item.metadata for item in tree.contents if item.metadata},
    )


class _Facts:
    """Facts as they are gathered."""

    def __init__(self, former: frozenset[str] = frozenset()) -> None:
        self._former = former
        self.components: list[Component] = []
        self.dependencies: list[Dependency] = []
        self.crypto_assets: list[CryptoAsset] = []
        self.crypto_uses: list[CryptoUse] = []
        self.observations: list[Observation] = []
        self.hardening: list[Hardening] = []
        self.secrets: list[Secret] = []
        self.rule_matches: list[RuleMatch] = []
        self.file_lists: list[tuple[str, FileList]] = []
        self.package_licences: list[tuple[str, PackageLicence]] = []
        self.fragments: list[Fragment] = []
        self.starts: list[Start] = []
        self.vex_claims: list[VexClaim] = []
        self.problems: list[Problem] = []

    def __bool__(self) -> bool:
        """Whether anything is known of any content."""
        software = self.components or self.dependencies or self.observations or self.hardening
        return bool(software or self.crypto_assets or self.crypto_uses or self.secrets or self.rule_matches)

    def add(self, content: Content, paths: list[str]) -> None:
        for unit in content.units.values():
            believed = [path for path in paths if is_named(path, unit.named)] if unit.named else paths
            if present := [path for path in believed if path not in self._former]:
                self._add(unit, present)
            if former := [path for path in believed if path in self._former]:
                self._add(_lasting(unit), former)

    def in_force(self, places: Sequence[ScannedPlace]) -> tuple[Hardening, ...]:
        """The verdicts, but for those that other files of the image overrule."""
        if not self.fragments:
            return tuple(self.hardening)
        from pellucid.pipeline.in_force import in_force  # noqa: PLC0415  # of what an image is made, it is not asked

        return in_force(self.hardening, self.fragments, places)

    def _add(self, unit: UnitResult, paths: list[str]) -> None:
        shown = paths[:MOST_PLACES]
        self.problems += [replace(problem, artefact=paths[0]) for problem in unit.problems]
        self.observations += [
            replace(fact, evidence=_at(fact.evidence, paths[0]), sites=_all_at(fact.sites, paths[0]))
            for fact in unit.observations
        ]
        self.vex_claims += [replace(fact, evidence=_at(fact.evidence, paths[0])) for fact in unit.vex_claims]
        self.file_lists += [(path, fact) for path in shown for fact in unit.file_lists]
        self.package_licences += [(path, fact) for path in shown for fact in unit.package_licences]
        self.fragments += [
            replace(fact, evidence=_at(fact.evidence, path)) for path in shown for fact in unit.fragments
        ]
        self.starts += [replace(fact, evidence=_at(fact.evidence, path)) for path in shown for fact in unit.starts]
        for path in paths:
            self.components += [replace(fact, evidence=_at(fact.evidence, path)) for fact in unit.components]
        for path in shown:
            self.crypto_assets += [replace(fact, evidence=_at(fact.evidence, path)) for fact in unit.crypto_assets]
            self.crypto_uses += [replace(fact, evidence=_at(fact.evidence, path)) for fact in unit.crypto_uses]
            self.secrets += [replace(fact, evidence=_at(fact.evidence, path)) for fact in unit.secrets]
            self.hardening += [_checked_at(fact, path) for fact in unit.hardening]
            self.rule_matches += [replace(fact, evidence=_all_at(fact.evidence, path)) for fact in unit.rule_matches]
            self.dependencies += [replace(fact, evidence=_all_at(fact.evidence, path)) for fact in unit.dependencies]


def gathered(problems: Sequence[Problem]) -> list[Problem]:
    """What took too long, and then was left out everywhere, is told of a few files, and the rest are counted."""
    found: list[Problem] = []
    alike: Counter[Problem] = Counter()
    for problem in problems:
        kind = replace(problem, artefact="")
        alike[kind] += problem.kind is ProblemKind.TIMEOUT
        if alike[kind] <= MOST_ALIKE:
            found.append(problem)
    more = {kind: number - MOST_ALIKE for kind, number in alike.items() if number > MOST_ALIKE}
    return found + [replace(kind, message=f"{kind.message}; so it was with {more[kind]:,} more") for kind in more]


def _lasting(unit: UnitResult) -> UnitResult:
    """What is still to be known when the file itself is gone: keys, other secrets, what somebody's own rules found."""
    keys = [item for item in unit.crypto_assets if item.kind is CryptoKind.PRIVATE_KEY]
    return UnitResult(secrets=unit.secrets, crypto_assets=keys, rule_matches=unit.rule_matches, problems=unit.problems)


def _at(evidence: Evidence, path: str) -> Evidence:
    return replace(evidence, artefact=path)


def _all_at(sightings: Iterable[Evidence], path: str) -> tuple[Evidence, ...]:
    return tuple(_at(item, path) for item in sightings)


def _checked_at(fact: Hardening, path: str) -> Hardening:
    def at(check: Check) -> Check:
        return replace(check, evidence=_at(check.evidence, path)) if check.evidence else check

    return replace(fact, evidence=_at(fact.evidence, path), checks=tuple(map(at, fact.checks)))
