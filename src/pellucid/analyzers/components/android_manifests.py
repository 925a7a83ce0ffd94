"""Applications for Android by their compiled manifests."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.analyzers.language_package import is_sound
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats.android import binary_xml
from pellucid.formats.purl import package_url

NAME = "android_manifests"
ROOT = "manifest"
PACKAGE = re.compile(r"[A-Za-z]\w*(?:\.\w+)*")
VERSION_NAME, VERSION_CODE = ("versionName", "0x0101021c"), ("versionCode", "0x0101021b")

_compiled = Selector(lambda artefact: artefact.window(0, 4) == binary_xml.MAGIC)


@analyzer(
    name=NAME,
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(VERSION_NAME[0].encode("utf-16-le"), VERSION_NAME[0].encode()) & _compiled,
)
def android_manifests(artefact: Artefact) -> Iterator[Fact]:
    """Name an application for Android by the package and version that its manifest states.

    A version that stands in the application's resources is not read; then the number that stores count by is taken.
    """
    try:
        root = next(binary_xml.elements(artefact.data), None)
    except Malformed as error:
        yield Problem(unit=NAME, kind=ProblemKind.MALFORMED, message=error.message)
        return
    if root is None or root.name != ROOT:
        return
    name = root.attributes.get("package", "")
    stated = [root.attributes.get(key, "") for key in (*VERSION_NAME, *VERSION_CODE)]
    version = next((text for text in stated if text and is_sound(name, text)), "")
    if not PACKAGE.fullmatch(name) or not is_sound(name, version):
        return
    yield Dependency(
        vendor="",
        product=name,
        version=version,
        purl=package_url("generic", name, version),
        linkage=Linkage.DIRECT,
        witness=Witness.METADATA,
        confidence=0.9,
        evidence=(artefact.evidence(root.at, f"package {name}, versionName {stated[0]}, versionCode {stated[2]}"),),
    )
