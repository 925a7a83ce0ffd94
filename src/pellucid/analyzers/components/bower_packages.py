"""Packages that Bower has installed, from the .bower.json that it leaves in each."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import Universe, is_sound, json_object, language_package
from pellucid.errors import Malformed
from pellucid.formats import json_document
from pellucid.formats.json_document import Places, mapping, text
from pellucid.formats.licence_names import spdx_expression

BOWER = Universe(ecosystem="", purl_type="bower")


@analyzer(name="bower_packages", version=1, stage=Stage.COMPONENTS, wants=contains(b'"_release"') & json_object)
def bower_packages(artefact: Artefact) -> Iterator[Fact]:
    """List a package that Bower has installed. The manifest inside of a package does not say its release."""
    try:
        manifest = json_document.read(artefact.data)
    except Malformed:
        return
    name = text(manifest.get("name"))
    version = text(manifest.get("version")) or text(manifest.get("_release"))
    if not name or "_resolution" not in manifest or not version[:1].isdigit() or not is_sound(name, version):
        return
    yield language_package(
        artefact,
        BOWER,
        name,
        version,
        offset=Places(artefact.data).of(name),
        licence=spdx_expression(text(manifest.get("license"))),
        requires=mapping(manifest.get("dependencies")),
    )
