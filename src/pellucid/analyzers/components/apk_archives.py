"""Packages of apk version 3, from what each says of itself."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.analyzers.apk_dependencies import dependency_of
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed, Unsupported
from pellucid.formats import adb, package_needs

NAME = "apk_archives"
LONGEST_NAME = 256

_adb = Selector(lambda artefact: adb.is_adb(artefact.data))


@analyzer(name=NAME, version=1, stage=Stage.COMPONENTS, wants=_adb, most_facts=1)
def apk_archives(artefact: Artefact) -> Iterator[Fact]:
    """Name the package in a file of apk version 3, as OpenWrt has them since 25.12. An index gives nothing."""
    try:
        fields = adb.package(artefact.data)
    except Malformed as error:
        kind = ProblemKind.UNSUPPORTED if isinstance(error, Unsupported) else ProblemKind.MALFORMED
        yield Problem(unit=NAME, kind=kind, message=error.message)
        return
    name, version = fields.get("P", ""), fields.get("V", "")
    if not (0 < len(name) <= LONGEST_NAME and 0 < len(version) <= LONGEST_NAME):
        return
    requires = tuple(need for need in package_needs.capabilities(fields["D"]) if ":" not in need)
    yield dependency_of(artefact, 0, fields, requires=requires)
