"""From contents to places: the tree of artefacts, and facts with the paths that they are true of."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from pellucid.domain.component import Component
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.dependency import Dependency
from pellucid.domain.evidence import Evidence
from pellucid.domain.file_list import FileList
from pellucid.domain.link import Link
from pellucid.domain.observation import Observation
from pellucid.domain.package_licence import PackageLicence
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.scan_result import SEPARATOR, ScannedArtefact, ScannedPlace
from pellucid.domain.start import Start
from pellucid.domain.vex_claim import VexClaim
from pellucid.formats.identify import DATA, EMPTY, PADDING
from pellucid.pipeline.content import Child, Content, UnitResult
from pellucid.pipeline.inventory.assembly import assemble
from pellucid.pipeline.outcome import Outcome

MOST_PLACES = 16
MOST_LISTED, ALWAYS_LISTED = 500_000, 50_000
LEAST_BYTES = 8
UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Found:
    """Everything that was found, by place, in the order of the tree."""

    artefacts: tuple[ScannedArtefact, ...]
    places: tuple[ScannedPlace, ...]
    components: tuple[Component, ...]
    dependencies: tuple[Dependency, ...]
    links: tuple[Link, ...]
    crypto_assets: tuple[CryptoAsset, ...]
    observations: tuple[Observation, ...]
    vex_claims: tuple[VexClaim, ...]
    problems: tuple[Problem, ...]
    metadata: dict[str, dict[str, str]]


def merge(outcome: Outcome) -> Found:
    """Put facts at their places. A fact about bytes that lie in many places names at most sixteen of them.

    Facts that are only believed under some names are left out elsewhere.
    """
    problems: list[Problem] = []
    tree = tuple(_walk(outcome, problems))
    artefacts = tuple(place.artefact for place in tree if place.artefact)
    places: dict[str, list[str]] = defaultdict(list)
    for artefact in artefacts:
        places[artefact.sha256].append(artefact.path)
    for problem in outcome.problems:
        path = places.get(problem.artefact, [""])[0]
        problems.append(replace(problem, artefact=path))
    contents = [outcome.contents[sha256] for sha256 in places if sha256 in outcome.contents]
    facts = _Facts()
    for content in contents:
        facts.add(content, places[content.sha256])
    if not _anything(outcome, facts):
        message = "nothing was recognised in this file: no known format, software, key or certificate"
        problems.append(_problem(ProblemKind.NOTHING_RECOGNISED, message, outcome.source.name))
    inventory = assemble(
        tree,
        components=facts.components,
        dependencies=facts.dependencies,
        file_lists=facts.file_lists,
        package_licences=facts.package_licences,
        starts=facts.starts,
    )
    return Found(
        artefacts=artefacts,
        places=tree,
        components=inventory.components,
        dependencies=inventory.dependencies,
        links=inventory.links,
        crypto_assets=tuple(facts.crypto_assets),
        observations=tuple(facts.observations),
        vex_claims=tuple(facts.vex_claims),
        problems=tuple(problems + facts.problems),
        metadata={places[content.sha256][0]: content.metadata for content in contents if content.metadata},
    )


def _walk(outcome: Outcome, problems: list[Problem]) -> Iterator[ScannedPlace]:
    """Everything that containers list, depth first and in their order; `problems` takes what is left out.

    Half a million places may come: those of one content share its entries, and only artefacts have a path.
    """
    source = outcome.source
    # No honest format holds a file in fewer bytes; a bomb of zips in zips does.
    most = min(MOST_LISTED, max(ALWAYS_LISTED, source.size // LEAST_BYTES))
    closed = _closed(outcome, most)
    if closed:
        message = f"more than {most:,} places: what lies deepest, in {len(closed):,} files, is not listed"
        problems.append(_problem(ProblemKind.BUDGET, message, min(closed, key=_depth)))
    stack: list[tuple[int, Child | None, str, tuple[str, ...]]] = [(-1, None, source.name, ())]
    number = -1
    while stack:
        parent, child, path, ancestors = stack.pop()
        sha256 = child.sha256 if child else source.sha256
        if child and not sha256:
            number += 1
            yield ScannedPlace(parent=parent, entry=child.entry)
            continue
        place = _place(path, child)
        if sha256 in ancestors:
            problems.append(_problem(ProblemKind.MALFORMED, "contains itself: not followed", place))
            continue
        number += 1
        content = outcome.contents.get(sha256)
        yield _at_place(parent, child, place, outcome, content)
        if content and content.children:
            inside = (*ancestors, sha256)
            listed = content.children[: closed[place]] if place in closed else content.children
            stack += [(number, item, place, inside) for item in reversed(listed)]


def _closed(outcome: Outcome, most: int) -> dict[str, int]:
    """Containers that are not listed whole, so that there are no more than `most` places, and how much of each is.

    What lies deep is left out first: a bomb in an image must not hide what comes behind it.
    """
    closed: dict[str, list[Child]] = {}
    listed = 1
    queue: deque[tuple[str, str, tuple[str, ...]]] = deque([(outcome.source.name, outcome.source.sha256, ())])
    while queue:
        place, sha256, ancestors = queue.popleft()
        content = outcome.contents.get(sha256)
        if content is None or not content.children or sha256 in ancestors:
            continue
        if listed + len(content.children) > most:
            closed[place] = content.children
            continue
        listed += len(content.children)
        inside = (*ancestors, sha256)
        queue += [(_place(place, child), child.sha256, inside) for child in content.children if child.sha256]
    parts: dict[str, int] = {}
    for place, children in closed.items():
        parts[place] = min(len(children), most - listed)
        listed += parts[place]
        # What lies in a part of a container is listed, and not opened.
        parts |= {_place(place, child): 0 for child in children[: parts[place]] if child.sha256}
    return parts


def _place(path: str, child: Child | None) -> str:
    return f"{path}{SEPARATOR}{child.entry.name}" if child else path


def _depth(place: str) -> tuple[int, str]:
    return place.count(SEPARATOR), place


def _at_place(parent: int, child: Child | None, path: str, outcome: Outcome, content: Content | None) -> ScannedPlace:
    size = child.entry.size if child else outcome.source.size
    sha256 = child.sha256 if child else outcome.source.sha256
    kind, metadata = (content.kind, content.metadata) if content else (UNKNOWN, {})
    artefact = ScannedArtefact(path=path, sha256=sha256, size=size, kind=kind, metadata=metadata)
    return ScannedPlace(parent=parent, entry=child.entry if child else None, artefact=artefact)


def _problem(kind: ProblemKind, message: str, artefact: str) -> Problem:
    return Problem(unit="pipeline", kind=kind, message=message, artefact=artefact)


class _Facts:
    """Facts as they are gathered."""

    def __init__(self) -> None:
        self.components: list[Component] = []
        self.dependencies: list[Dependency] = []
        self.crypto_assets: list[CryptoAsset] = []
        self.observations: list[Observation] = []
        self.file_lists: list[tuple[str, FileList]] = []
        self.package_licences: list[tuple[str, PackageLicence]] = []
        self.starts: list[Start] = []
        self.vex_claims: list[VexClaim] = []
        self.problems: list[Problem] = []

    def add(self, content: Content, paths: list[str]) -> None:
        self.problems += [replace(problem, artefact=paths[0]) for problem in content.problems]
        for unit in content.units.values():
            believed = [path for path in paths if is_named(path, unit.named)] if unit.named else paths
            if believed:
                self._add(unit, believed)

    def _add(self, unit: UnitResult, paths: list[str]) -> None:
        shown = paths[:MOST_PLACES]
        self.problems += [replace(problem, artefact=paths[0]) for problem in unit.problems]
        self.observations += [replace(fact, evidence=_at(fact.evidence, paths[0])) for fact in unit.observations]
        self.vex_claims += [replace(fact, evidence=_at(fact.evidence, paths[0])) for fact in unit.vex_claims]
        self.file_lists += [(path, fact) for path in shown for fact in unit.file_lists]
        self.package_licences += [(path, fact) for path in shown for fact in unit.package_licences]
        self.starts += [replace(fact, evidence=_at(fact.evidence, path)) for path in shown for fact in unit.starts]
        for path in paths:
            self.components += [replace(fact, evidence=_at(fact.evidence, path)) for fact in unit.components]
        for path in shown:
            self.crypto_assets += [replace(fact, evidence=_at(fact.evidence, path)) for fact in unit.crypto_assets]
            self.dependencies += [
                replace(fact, evidence=tuple(_at(item, path) for item in fact.evidence)) for fact in unit.dependencies
            ]


def is_named(path: str, patterns: Iterable[str]) -> bool:
    """Whether the end of a path, containers and all, is like one of the patterns, component by component."""
    parts = path.replace(SEPARATOR, "/").split("/")
    for pattern in patterns:
        wanted = pattern.split("/")
        if len(parts) >= len(wanted) and all(map(fnmatchcase, parts[-len(wanted) :], wanted)):
            return True
    return False


def _at(evidence: Evidence, path: str) -> Evidence:
    return replace(evidence, artefact=path)


def _anything(outcome: Outcome, facts: _Facts) -> bool:
    root = outcome.contents.get(outcome.source.sha256)
    known = root is None or root.unpacked or root.kind not in (DATA, EMPTY, PADDING)
    return known or bool(facts.components or facts.dependencies or facts.crypto_assets or facts.observations)
