"""Answers that were found before, so that a fleet of images is matched by what is new in each."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pellucid.analysis.matcher import StatementIndex
from pellucid.domain.dependency import Dependency
from pellucid.matchers.vulnerabilities.opinions import Answer, answer
from pellucid.matchers.vulnerabilities.questions import Question, question
from pellucid.matchers.vulnerabilities.verdicts import verdicts

MOST_KEPT = 100_000


class Answered(NamedTuple):
    """What was asked about a dependency, and what is said."""

    question: Question
    answer: Answer


class Answers:
    """Images of a fleet are made of the same software, and what is said of a dependency does not depend on its image.

    Answers are true of one state of the statements: make a new one when these have changed.
    """

    def __init__(self) -> None:
        self._known: dict[Question, Answered] = {}
        # Questions are large: dependencies are found by what questions are made from.
        self._asked: dict[tuple[object, ...], Answered] = {}

    def to(self, items: Sequence[Dependency], index: StatementIndex) -> list[Answered]:
        """An answer for each of `items`; what was not asked before is asked at once."""
        if len(self._asked) > MOST_KEPT:
            self._known.clear()
            self._asked.clear()
        profiles = [_profile(item) for item in items]
        known = index.ecosystems
        asked = {
            profile: question(item, known)
            for profile, item in zip(profiles, items, strict=True)
            if profile not in self._asked
        }
        self._learn(asked.values(), index)
        self._asked.update((profile, self._known[found]) for profile, found in asked.items())
        return [self._asked[profile] for profile in profiles]

    def _learn(self, asked: Iterable[Question], index: StatementIndex) -> None:
        missing = [item for item in dict.fromkeys(asked) if item not in self._known]
        if missing:
            said = index.about(list(dict.fromkeys(subject for item in missing for subject in item.subjects)))
            self._known.update((item, Answered(item, answer(verdicts(item, said)))) for item in missing)


def _profile(item: Dependency) -> tuple[object, ...]:
    """All of a dependency that `question` looks at."""
    return (
        item.product,
        item.version,
        item.purl,
        item.cpe,
        item.ecosystem,
        item.source_name,
        item.source_version,
        item.version_range,
        item.linkage,
        item.distro,
        item.epoch,
        item.release,
        item.cpe_candidates,
    )
