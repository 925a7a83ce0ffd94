"""Packages that a yarn.lock pins."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import NPM, is_sound, language_package, plain
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.yarn_lock import locked

MOST_LISTED = 100_000


@analyzer(
    name="yarn_locks",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(b"# yarn lockfile v1", b"\n__metadata:\n", b"\n__metadata:\r") & plain,
    most_facts=MOST_LISTED,
)
def yarn_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of npm that a lock file of Yarn pins, without the application's own.

    The file does not tell what only development needs: confidence is lower than that of other lock files.
    """
    for _, item in zip(range(MOST_LISTED), locked(artefact.data), strict=False):
        version = item.fields["version"]
        if item.is_own or not item.name or not version[:1].isdigit() or not is_sound(item.name, version):
            continue
        yield language_package(
            artefact,
            NPM,
            item.name,
            version,
            offset=item.offset,
            witness=Witness.MANIFEST,
            confidence=0.7,
            linkage=Linkage.EXTERNAL,
            requires=item.requires,
        )
