"""Artefacts of Maven by the pom.properties in a jar."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains, kind
from pellucid.analyzers.built_packages import is_artefact, maven_package
from pellucid.formats import java_properties

ANCHOR = b"artifactId="
LARGEST = 1 << 14

_small = Selector(lambda artefact: artefact.size <= LARGEST)


@analyzer(name="maven_properties", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("text") & _small)
def maven_properties(artefact: Artefact) -> Iterator[Fact]:
    """Name the artefact of Maven that a pom.properties speaks of, by group, name and version.

    Maven puts the file into each jar that it builds. A jar into which others were merged has those of all of them:
    each is a library that is embedded in it.
    """
    found = java_properties.properties(artefact.data)
    values = [found[name].text if name in found else "" for name in ("groupId", "artifactId", "version")]
    group, name, version = values
    if not all(values) or "$" in "".join(values) or not is_artefact(group, name, version):
        return
    yield maven_package(artefact, group, name, version, offset=found["artifactId"].offset, confidence=0.9)
