"""The tree of artefacts: which contents lie where, as the containers list them."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec

from pellucid.domain.place import SEPARATOR, ScannedArtefact, ScannedPlace
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.formats.leaf_kinds import DATA, EMPTY, PADDING
from pellucid.pipeline.content import Child, Content
from pellucid.pipeline.outcome import Outcome

MOST_LISTED, ALWAYS_LISTED = 500_000, 50_000
LEAST_BYTES = 8
UNKNOWN = "unknown"
# What extractors say of an object of Git.
OBJECT = "gitObject"


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """All places, depth first; the paths of each content by its SHA-256; contents and their problems, in that order.

    `former` are the paths of what only the history of a repository of Git has, or may have.
    """

    places: tuple[ScannedPlace, ...]
    paths: dict[str, list[str]]
    contents: tuple[Content, ...]
    problems: tuple[Problem, ...]
    former: frozenset[str]

    @property
    def artefacts(self) -> tuple[ScannedArtefact, ...]:
        """The places that have bytes."""
        return tuple(place.artefact for place in self.places if place.artefact)


def tree_of(outcome: Outcome) -> Tree:
    """Put contents at their places. Problems of unpacking name the first place of what they befell."""
    problems: list[Problem] = []
    places = tuple(_walk(outcome, problems))
    paths: dict[str, list[str]] = defaultdict(list)
    for place in places:
        if place.artefact:
            paths[place.artefact.sha256].append(place.artefact.path)
    problems += [replace(problem, artefact=paths.get(problem.artefact, [""])[0]) for problem in outcome.problems]
    contents = tuple(outcome.contents[sha256] for sha256 in paths if sha256 in outcome.contents)
    problems += [
        replace(problem, artefact=paths[content.sha256][0]) for content in contents for problem in content.problems
    ]
    former = frozenset(_former(places))
    return Tree(places=places, paths=dict(paths), contents=contents, problems=tuple(problems), former=former)


def nothing_recognised(outcome: Outcome) -> list[Problem]:
    """A problem when the file itself is of no known format; what was found in it may speak against that."""
    root = outcome.contents.get(outcome.source.sha256)
    if root is None or root.unpacked or root.kind not in (DATA, EMPTY, PADDING):
        return []
    message = "nothing was recognised in this file: no known format, software, key or certificate"
    return [_problem(ProblemKind.NOTHING_RECOGNISED, message, outcome.source.name)]


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
        queue += [
            (_place(place, child), child.sha256, inside)
            for child in content.children
            if (known := outcome.contents.get(child.sha256)) and known.children
        ]
    parts: dict[str, int] = {}
    for place, children in closed.items():
        parts[place] = min(len(children), most - listed)
        listed += parts[place]
        # What lies in a part of a container is listed, and not opened.
        parts |= {_place(place, child): 0 for child in children[: parts[place]] if child.sha256}
    return parts


def _former(places: Sequence[ScannedPlace]) -> Iterator[str]:
    """Paths of objects of Git, and of what was taken out of them."""
    numbers: set[int] = set()
    for number, place in enumerate(places):
        if place.parent in numbers or (place.entry and OBJECT in place.entry.facts):
            numbers.add(number)
            if place.artefact:
                yield place.artefact.path


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
