"""Java runtimes by their file `release`."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats import cpe, java_properties
from pellucid.formats.purl import package_url

ANCHOR = b'JAVA_VERSION="'
VERSION = re.compile(r"\d[\w.+-]{0,40}")
UPDATE = re.compile(r"1\.(\d)\.0_(\d+)")


@analyzer(name="jdk_releases", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("text"))
def jdk_releases(artefact: Artefact) -> Iterator[Fact]:
    """Name a Java runtime from the file `release` in its folder: version, and who built it.

    Whoever builds one gives it the version of the OpenJDK that it is, which is what advisories speak of.
    """
    fields = {name: value.text.strip('"') for name, value in java_properties.properties(artefact.data).items()}
    stated = fields.get("JAVA_VERSION", "")
    if not VERSION.fullmatch(stated):
        return
    maker, build = fields.get("IMPLEMENTOR", ""), fields.get("IMPLEMENTOR_VERSION", "")
    seen = " ".join(filter(None, (f'JAVA_VERSION="{stated}"', maker, build, fields.get("JVM_VARIANT", ""))))
    update = UPDATE.fullmatch(stated)
    name = cpe.name("a:oracle:openjdk", update[1] if update else stated)
    yield Dependency(
        vendor="oracle",
        product="openjdk",
        version=stated,
        purl=package_url("generic", "openjdk", stated),
        cpe=name.replace(":*", f":update{update[2]}", 1) if update else name,
        linkage=Linkage.DIRECT,
        witness=Witness.METADATA,
        confidence=0.95,
        evidence=(artefact.evidence(artefact.offsets(ANCHOR)[0], seen),),
    )
