"""Packages of RPM in images without its database, from the list that their builder left."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.analyzers.rpm_dependencies import dependency_of, release_of
from pellucid.formats import rpm_manifest as manifest

_manifest = Selector(lambda artefact: manifest.is_manifest(artefact.data))


@analyzer(name="rpm_manifest", version=1, stage=Stage.COMPONENTS, wants=kind("text") & _manifest, most_facts=50_000)
def rpm_manifest(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of an image that was built without a package manager in it, as Azure Linux's small ones are."""
    packages = list(manifest.packages(artefact.data))
    release = release_of(packages)
    for item in packages:
        yield dependency_of(artefact, item, release)
