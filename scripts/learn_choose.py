"""The choice: which candidates and marks make a signature, by what the survey found."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from scripts.learn_propose import Candidate, Proposal
from scripts.learn_survey import Found, Survey

from pellucid.analyzers.signatures import Presence, Version
from pellucid.domain.dependency import Linkage

MOST_RULES, MOST_PRESENCES, MOST_PRESENCE_MARKS, LEAST_MARKS, AT_LEAST = 4, 3, 8, 3, 2
MOST_CONDITIONS = 4
# Other source packages that may have an anchor: one that stands near to a version must be the product's own.
MOST_NEAR_HOLDERS, MOST_HOLDERS = 3, 60
RARE, LEAST_SHARED, SHARED = 12, 6, 0.7
# A rule that names the product may be wrong in some builds of which it is right in twice as many: packages are patched.
RIGHT_FOR_WRONG, NAMED, LEAST_BUILDS = 2, 1.2, 2


@dataclass
class Choice:
    """The rules of a product, each version rule with its candidate."""

    versions: list[tuple[Version, Candidate]] = field(default_factory=list)
    presences: list[Presence] = field(default_factory=list)


class Chooser:
    """Chooses for all products: who has whose code in it is only known when all are seen.

    `embedders` are, by product, the source packages that carry its code: they have most of its marks, and the product
    has not most of theirs. `akin` are those of which a maintainer knows better.
    """

    def __init__(
        self, proposals: Sequence[Proposal], survey: Survey, akin: Mapping[str, Collection[str]] = MappingProxyType({})
    ) -> None:
        self._survey = survey
        self._owner = {source: proposal.product for proposal in proposals for source in sources(proposal)}
        self._sources: dict[str, set[str]] = defaultdict(set)
        for source, product in self._owner.items():
            self._sources[product].add(source)
        holders = {proposal.product: self._holders(proposal) for proposal in proposals}
        self.embedders: dict[str, set[str]] = {
            product: {source for source in found if not self._sources[product] & self._held(holders, source)}
            - set(akin.get(product, ()))
            for product, found in holders.items()
        }

    def _held(self, holders: Mapping[str, set[str]], source: str) -> set[str]:
        return holders.get(self._owner.get(source, ""), set())

    def _holders(self, proposal: Proposal) -> set[str]:
        """Other sources that have most of the rare marks of one of the product's files."""
        own = sources(proposal)
        found: set[str] = set()
        for marks in proposal.marks.values():
            others = [self._elsewhere(mark, own) for mark in marks]
            rare = [names for names in others if len(names) <= RARE]
            counts = Counter(source for names in rare for source in names)
            least = max(LEAST_SHARED, SHARED * len(rare))
            found |= {source for source, count in counts.items() if count >= least}
        return found

    def _elsewhere(self, literal: str, own: Collection[str]) -> set[str]:
        return set(self._survey.holders.get(literal, {})) - set(own)

    def choose(self, proposal: Proposal) -> Choice:
        """The rules for one product; none when nothing is safe."""
        known = sources(proposal) | self.embedders[proposal.product]
        clean = {
            role: kept
            for role, marks in proposal.marks.items()
            if (kept := [mark for mark in marks if not self._elsewhere(mark, known)])
        }
        libraries_first = sorted(clean.items(), key=lambda item: (".so" not in item[0], -len(item[1]), item[0]))
        presences = [
            Presence(any_of=tuple(marks[:MOST_PRESENCE_MARKS]), at_least=AT_LEAST, linkage=_linkage(proposal, (role,)))
            for role, marks in libraries_first
            if len(marks) >= LEAST_MARKS
        ]
        return Choice(self._versions(proposal, clean), presences[:MOST_PRESENCES])

    def _versions(self, proposal: Proposal, clean: Mapping[str, list[str]]) -> list[tuple[Version, Candidate]]:
        """Rules that say nothing wrong and that, one after the other, reach files which those before did not."""
        pairs = [(self._found(proposal, number), candidate) for number, candidate in enumerate(proposal.candidates)]
        pairs.sort(key=lambda pair: (pair[1].near, -len(pair[0].builds), -pair[1].score))
        chosen: list[tuple[Version, Candidate]] = []
        files: set[object] = set()
        builds: set[object] = set()
        mistaken: set[object] = set()
        for found, candidate in pairs:
            wrong = {build for build, _, _ in found.wrong}
            if wrong & builds or found.builds & mistaken:
                continue
            is_more = found.builds - builds if candidate.near else found.right - files
            if not is_more or len(chosen) >= MOST_RULES or not self._is_right(found, candidate):
                continue
            if rule := self._rule(proposal, candidate, found, clean):
                chosen.append((rule, candidate))
                files |= found.right
                builds |= found.builds
                mistaken |= wrong
        return chosen

    @staticmethod
    def _is_right(found: Found, candidate: Candidate) -> bool:
        wrong = {build for build, _, _ in found.wrong}
        may_err = candidate.score > NAMED and not candidate.near
        if len(found.builds) < LEAST_BUILDS:
            return False
        return not wrong or (may_err and len(found.builds - wrong) >= RIGHT_FOR_WRONG * len(wrong))

    def _found(self, proposal: Proposal, number: int) -> Found:
        return self._survey.candidates.get((proposal.product, number), Found())

    def _rule(
        self, proposal: Proposal, candidate: Candidate, found: Found, clean: Mapping[str, list[str]]
    ) -> Version | None:
        """The rule; with a condition where others state this version, too, and None when nothing sets these apart."""
        conditions: tuple[str, ...] = ()
        known = sources(proposal) | self.embedders[proposal.product]
        if len(self._elsewhere(candidate.anchor, known)) > (MOST_NEAR_HOLDERS if candidate.near else MOST_HOLDERS):
            return None
        if set(found.elsewhere) - self.embedders[proposal.product]:
            marks = [clean.get(role, []) for role in candidate.roles]
            if not all(marks) or len(marks) > MOST_CONDITIONS:
                return None
            most = max(MOST_CONDITIONS // len(marks), 1)
            conditions = tuple(dict.fromkeys(mark for texts in marks for mark in texts[:most]))
        return Version(
            anchor=candidate.anchor,
            pattern=candidate.pattern,
            before=candidate.before,
            after=candidate.after,
            near=candidate.near,
            any_of=conditions,
            linkage=_linkage(proposal, candidate.roles),
        )


def _linkage(proposal: Proposal, roles: Sequence[str]) -> Linkage | None:
    """Direct for what only the programs of a product with libraries say: it is the product, although no library."""
    return Linkage.DIRECT if proposal.sonames and not any(".so" in role for role in roles) else None


def sources(proposal: Proposal) -> set[str]:
    return {source for source, _, _ in proposal.builds}
