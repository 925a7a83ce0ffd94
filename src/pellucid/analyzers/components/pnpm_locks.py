"""Packages that a pnpm-lock.yaml pins."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.analyzers.language_package import NPM, is_sound, language_package, plain
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.pnpm_lock import locked

MARK = b"lockfileVersion:"
MOST_LISTED = 100_000

_begins = Selector(lambda artefact: artefact.offsets(MARK)[:1] == [0])


@analyzer(
    name="pnpm_locks", version=1, stage=Stage.COMPONENTS, wants=contains(MARK) & plain & _begins, most_facts=MOST_LISTED
)
def pnpm_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of npm that a lock file of pnpm pins, without those that only development needs."""
    for _, item in zip(range(MOST_LISTED), locked(artefact.data), strict=False):
        if not item.wanted or not item.version[:1].isdigit() or not is_sound(item.name, item.version):
            continue
        yield language_package(
            artefact,
            NPM,
            item.name,
            item.version,
            offset=item.offset,
            witness=Witness.MANIFEST,
            confidence=0.6 if item.optional else 0.9,
            linkage=Linkage.EXTERNAL,
            requires=item.requires,
        )
