"""The survey: every candidate and mark tried on every file of the reference: where else does it occur?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from scripts import learn_packs, learn_versions
from scripts.learn_builds import ElfFile
from scripts.learn_literals import Literals
from scripts.learn_propose import Candidate, Proposal

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers import sightings
from pellucid.analyzers.signatures import Signature, Version

PROCESSES = 2
PACKS_AT_ONCE = 40
Build = tuple[str, str]
Key = tuple[str, int]


@dataclass
class Found:
    """Where a candidate or a mark was seen. `right` and `wrong` are (build, role) of the product's own files."""

    right: set[tuple[Build, str]] = field(default_factory=set)
    wrong: set[tuple[Build, str, str]] = field(default_factory=set)
    elsewhere: Counter[str] = field(default_factory=Counter)

    @property
    def builds(self) -> set[Build]:
        """The builds in which it says the right version."""
        return {build for build, _ in self.right}

    def merge(self, other: "Found") -> None:
        self.right |= other.right
        self.wrong |= other.wrong
        self.elsewhere.update(other.elsewhere)


@dataclass
class Survey:
    """Results by product and number of the candidate.

    `holders` are the sources that have a mark or an anchor, `sonames` those that have a soname, without its version.
    """

    candidates: dict[Key, Found] = field(default_factory=lambda: defaultdict(Found))
    holders: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    sonames: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def merge(self, other: "Survey") -> None:
        for key, found in other.candidates.items():
            self.candidates[key].merge(found)
        for soname, names in other.sonames.items():
            self.sonames[soname] |= names
        for literal, sources in other.holders.items():
            for source, count in sources.items():
                self.holders[literal][source] = self.holders[literal].get(source, 0) + count


class _Surveyor:
    """What a process needs: the compiled literals, and what each belongs to."""

    def __init__(self, proposals: Sequence[Proposal]) -> None:
        self.owners: dict[str, set[str]] = {}
        self.rules: dict[bytes, list[tuple[Key, Signature]]] = defaultdict(list)
        marks: set[bytes] = set()
        for proposal in proposals:
            self.owners[proposal.product] = {source for source, _, _ in proposal.builds}
            marks.update(text.encode() for texts in proposal.marks.values() for text in texts)
            for number, candidate in enumerate(proposal.candidates):
                rule = signature_of(proposal.product, candidate)
                self.rules[candidate.anchor.encode()].append(((proposal.product, number), rule))
        self.counted = {literal: literal.decode() for literal in (*marks, *self.rules)}
        self.literals = Literals(set(self.rules), marks)

    def file(self, survey: Survey, build: Build, version: str, file: ElfFile) -> None:
        if file.soname:
            survey.sonames[file.soname.partition(".so")[0] + ".so"].add(build[0])
        hits = self.literals.search(file.data)
        artefact = Artefact(data=file.data, kind="elf", hits=hits)
        for literal in hits:
            sources = survey.holders[self.counted[literal]]
            sources[build[0]] = sources.get(build[0], 0) + 1
            for key, signature in self.rules.get(literal, ()):
                seen = {sighting.version for sighting in sightings.stated(artefact, signature)}
                if not seen:
                    continue
                found = survey.candidates[key]
                if build[0] not in self.owners[key[0]]:
                    found.elsewhere[build[0]] += 1
                elif version and all(learn_versions.same(version, other) for other in seen):
                    found.right.add((build, file.role))
                elif version:
                    found.wrong.add((build, file.role, "/".join(sorted(seen))))


_surveyors: list[_Surveyor] = []


def signature_of(product: str, candidate: Candidate) -> Signature:
    """A signature of this one rule."""
    rule = Version(
        anchor=candidate.anchor,
        pattern=candidate.pattern,
        before=candidate.before,
        after=candidate.after,
        near=candidate.near,
    )
    return Signature(vendor="", product=product, purl="", licence="", version=(rule,))


def survey(proposals: Sequence[Proposal], packs: Sequence[Path]) -> Survey:
    """Try all proposals on all packs."""
    whole = Survey()
    with ProcessPoolExecutor(PROCESSES, initializer=_start, initargs=(proposals,)) as pool:
        batches = [packs[start::count] for count in [max(len(packs) // PACKS_AT_ONCE, 1)] for start in range(count)]
        for number, part in enumerate(pool.map(_batch, batches)):
            whole.merge(part)
            if number % 50 == 0:
                print(f"surveyed {number * PACKS_AT_ONCE} of {len(packs)} packs", flush=True)
    return whole


def _start(proposals: Sequence[Proposal]) -> None:
    _surveyors[:] = [_Surveyor(proposals)]


def _batch(paths: Iterable[Path]) -> Survey:
    survey_ = Survey()
    for path in paths:
        pack = learn_packs.read(path)
        version = learn_versions.upstream(pack.version)
        for packed in pack.files:
            file = ElfFile(packed.package, packed.path, packed.data)
            _surveyors[0].file(survey_, (pack.source, pack.release), version, file)
    return Survey(dict(survey_.candidates), dict(survey_.holders), dict(survey_.sonames))
