"""Packages of NuGet by their own descriptions and by lists of them: *.nuspec and packages.config."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_packages import NUGET
from pellucid.analyzers.documents import xml_of
from pellucid.analyzers.language_package import is_sound, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats import licence_addresses, licence_names
from pellucid.formats.xml_document import Element

DESCRIBED, LISTED = b"<metadata", b"<packages>"


@analyzer(
    name="nuget_specs",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(DESCRIBED, LISTED) & kind("text"),
    named=("*.nuspec", "packages.config", "packages.*.config"),
)
def nuget_specs(artefact: Artefact) -> Iterator[Fact]:
    """Name the package that a .nuspec describes, or list those that a packages.config asks for in exact versions.

    A .nuspec lies in the package itself. Packages that only development needs are left out.
    """
    root = xml_of(artefact)
    if root.name == "package":
        yield from _described(artefact, root)
    elif root.name == "packages":
        for item in root.all("package"):
            name, version = item.attributes.get("id", ""), item.attributes.get("version", "")
            if version and is_sound(name, version) and item.attributes.get("developmentDependency") != "true":
                yield language_package(
                    artefact,
                    NUGET,
                    name,
                    version,
                    offset=item.offset,
                    witness=Witness.MANIFEST,
                    confidence=0.6,
                    linkage=Linkage.EXTERNAL,
                )


def _described(artefact: Artefact, root: Element) -> Iterator[Fact]:
    name, version = root.first("metadata", "id"), root.first("metadata", "version")
    place = next(root.all("metadata", "id"), root)
    licence = next(root.all("metadata", "license"), None)
    if not version or not is_sound(name, version):
        return
    stated = licence.text if licence and licence.attributes.get("type") == "expression" else ""
    address = root.first("metadata", "licenseUrl")
    yield language_package(
        artefact,
        NUGET,
        name,
        version,
        offset=place.offset,
        witness=Witness.METADATA,
        confidence=0.95,
        linkage=Linkage.DIRECT,
        licence=licence_names.spdx_expression(stated) or licence_addresses.spdx_expression(address),
        requires=(item.attributes.get("id", "") for item in _needs(root)),
    )


def _needs(root: Element) -> Iterator[Element]:
    """Dependencies stand by themselves or in groups for each target framework."""
    yield from root.all("metadata", "dependencies", "dependency")
    yield from root.all("metadata", "dependencies", "group", "dependency")
