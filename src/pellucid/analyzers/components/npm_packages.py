"""Packages of npm that are installed, from their package.json."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.analyzers.language_package import NPM, is_sound, json_object, language_package
from pellucid.errors import Malformed
from pellucid.formats import json_document
from pellucid.formats.json_document import Places, mapping, objects, text
from pellucid.formats.licence_names import any_of, spdx_expression

LARGEST = 1 << 20

_manifest = Selector(lambda artefact: artefact.size <= LARGEST and artefact.data.find(b'"version"') > 0)


@analyzer(
    name="npm_packages",
    version=1,
    stage=Stage.COMPONENTS,
    wants=json_object & _manifest,
    named=(
        "node_modules/*/package.json",
        "node_modules/@*/*/package.json",
        "share/nodejs/*/package.json",
        "share/nodejs/@*/*/package.json",
        "share/nodejs/*/node_modules/*/package.json",
    ),
)
def npm_packages(artefact: Artefact) -> Iterator[Fact]:
    """List a package of npm that is installed in a node_modules folder, with what it requires.

    A package.json elsewhere is that of an application, or of a test inside a package, and says nothing of this kind.
    """
    try:
        manifest = json_document.read(artefact.data)
    except Malformed:
        return
    name, version = text(manifest.get("name")), text(manifest.get("version"))
    if not name or not version[:1].isdigit() or not is_sound(name, version):
        return
    yield language_package(
        artefact,
        NPM,
        name,
        version,
        offset=Places(artefact.data).of(name),
        licence=_licence(manifest),
        requires=(*mapping(manifest.get("dependencies")), *mapping(manifest.get("optionalDependencies"))),
    )


def _licence(manifest: dict[str, object]) -> str:
    stated = manifest.get("license") or manifest.get("licenses")
    if isinstance(stated, str):
        return spdx_expression(stated)
    choices = objects(stated) or objects([stated])
    return any_of(text(item.get("type")) for item in choices)
