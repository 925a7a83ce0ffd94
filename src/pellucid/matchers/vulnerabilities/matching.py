"""The way from an image's dependencies to findings: two questions to the index, whatever the image holds."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from pellucid.analysis.matcher import Inventory, Judgement, StatementIndex
from pellucid.domain.component import Reachability
from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import Silenced
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.vulnerability import Vulnerability, VulnerabilityState
from pellucid.matchers.vulnerabilities.answers import Answered, Answers
from pellucid.matchers.vulnerabilities.decisions import Case, Match, decide
from pellucid.matchers.vulnerabilities.findings import NAME, REACH, UNREACHABLE, Reach, finding, subject_of
from pellucid.matchers.vulnerabilities.kernel_code import parts_of
from pellucid.matchers.vulnerabilities.kernels import Kernels, is_kernel
from pellucid.matchers.vulnerabilities.packages import Packager, Packages
from pellucid.matchers.vulnerabilities.questions import is_distribution, only_release, universes
from pellucid.matchers.vulnerabilities.silence import label
from pellucid.matchers.vulnerabilities.surroundings import Surroundings

ROLLING = ("Wolfi", "Chainguard", "MinimOS")
ORDER = (Reachability.ENTRY_POINT, Reachability.INVOKED, Reachability.LOADED)


def match(
    inventory: Inventory,
    index: StatementIndex,
    answers: Answers | None = None,
    only: Collection[str] | None = None,
) -> Iterator[Judgement]:
    """Findings, silenced matches and problems.

    `answers` remembers what the same state of the index said about the dependencies of other images. With `only`,
    nothing is said but of these vulnerabilities, by the names under which they are kept.
    """
    image = _Image(inventory, index, Answers() if answers is None else answers)
    found: dict[tuple[str, str, str], list[Match]] = defaultdict(list)
    silenced: dict[Silenced, None] = {}
    for judged in image.judged(only):
        if isinstance(judged, Silenced):
            silenced[judged] = None
        else:
            found[judged.about.name, *subject_of(judged)].append(judged)
    for (_, *subject), matches in sorted(found.items()):
        yield finding((subject[0], subject[1]), matches, image.reach(matches))
    yield from silenced
    yield from image.problems()


class _Image:
    def __init__(self, inventory: Inventory, index: StatementIndex, answers: Answers) -> None:
        self._index = index
        self._kernels = Kernels(inventory)
        self._known = index.ecosystems
        releases = only_release(inventory.dependencies)
        self._items = [
            replace(item, ecosystem=releases[item.ecosystem]) if item.ecosystem in releases else item
            for item in inventory.dependencies
        ]
        self._answered = answers.to(self._items, index)
        self._surroundings = Surroundings(inventory)
        self._coverage: dict[tuple[str, str], tuple[bool, datetime | None]] = {}
        self._packagers = [self._packager(*pair) for pair in zip(self._items, self._answered, strict=True)]
        self._reached = {item.evidence.artefact: item.reachability for item in inventory.components}

    def judged(self, only: Collection[str] | None) -> Iterator[Match | Silenced]:
        """All that is open about each dependency, decided."""
        wanted = None if only is None else frozenset(only)
        named = [
            found.answer.open if wanted is None else [name for name in found.answer.open if name in wanted]
            for found in self._answered
        ]
        known = self._index.vulnerabilities(list(dict.fromkeys(name for names in named for name in names)))
        for item, found, own, names in zip(self._items, self._answered, self._packagers, named, strict=True):
            packager = own or (self._packages.packager(item, found.question) if names else None)
            for name in names:
                about = known.get(name) or Vulnerability(name=name)
                if about.state is VulnerabilityState.LIVE:
                    opinion = found.answer.opinions[name]
                    yield from decide(Case(item, about, opinion, packager, self._surroundings))

    def reach(self, matches: Sequence[Match]) -> Reach:
        """The best way in which any of the software comes to run, and whether it is in the kernel at all."""
        if is_kernel(subject_of(matches[0])[1]):
            files = [file for item in matches for verdict in item.verdicts for file in verdict.affected.files]
            parts = parts_of(matches[0].about, files)
            if why := self._kernels.without(parts, [item.item for item in matches]):
                return Reach(UNREACHABLE, why)
        places = (
            place for item in matches for place in (*item.item.places, *(item.owner.places if item.owner else ()))
        )
        found = {self._reached.get(place) for place in places}
        return Reach(next((REACH[kind] for kind in ORDER if kind in found), ""))

    def problems(self) -> Iterator[Problem]:
        """Ecosystems that nothing is known about: what is not found in them means nothing."""
        missing = Counter(
            item.ecosystem for item, packager in zip(self._items, self._packagers, strict=True)
            if packager and not packager.covered
        )  # fmt: skip
        for ecosystem, count in sorted(missing.items()):
            message = (
                f"No data of {label(ecosystem)} are loaded: its {count} packages are matched by the authors' version "
                "numbers alone, and fixes that it has applied are not known."
                if ":" in ecosystem or ecosystem in ROLLING
                else f"The release of {ecosystem} is not known: nothing decides about its {count} packages."
            )
            yield Problem(unit=NAME, kind=ProblemKind.MISSING, message=message)
        others = Counter(item.ecosystem for item in self._items if item.ecosystem and item.version)
        for ecosystem, count in sorted(others.items()):
            if not is_distribution(ecosystem) and ecosystem not in self._known:
                message = f"No data of {ecosystem} are loaded: what is known of its {count} packages is not found."
                yield Problem(unit=NAME, kind=ProblemKind.MISSING, message=message)

    @cached_property
    def _packages(self) -> Packages:
        return Packages(item for item in self._packagers if item)

    def _packager(self, item: Dependency, found: Answered) -> Packager | None:
        if not item.ecosystem or not is_distribution(item.ecosystem):
            return None
        key = (item.ecosystem, item.distro)
        if key not in self._coverage:
            stated = universes(item, self._known)
            covered = any(universe in self._known for universe in stated)
            self._coverage[key] = covered, self._index.as_of(stated[0])
        return Packager(item, found.question, found.answer, item.ecosystem, *self._coverage[key])
