"""Python packages that a Pipfile.lock pins (pipenv, specification 6)."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import PYPI, canonical, is_sound, json_object, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import json_document
from pellucid.formats.json_document import Places, mapping, text


@analyzer(name="pipfile_locks", version=1, stage=Stage.COMPONENTS, wants=contains(b'"pipfile-spec"') & json_object)
def pipfile_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the Python packages that a Pipfile.lock pins, without those for development."""
    try:
        document = json_document.read(artefact.data)
    except Malformed as error:
        yield Problem(unit="pipfile_locks", kind=ProblemKind.MALFORMED, message=error.message)
        return
    places = Places(artefact.data)
    for name, stated in mapping(document.get("default")).items():
        version = text(mapping(stated).get("version"))
        pinned = version.removeprefix("==")
        if pinned == version or not is_sound(name, pinned):
            continue
        yield language_package(
            artefact,
            PYPI,
            canonical(name),
            pinned,
            offset=places.of(name),
            witness=Witness.MANIFEST,
            confidence=0.9,
            linkage=Linkage.EXTERNAL,
        )
