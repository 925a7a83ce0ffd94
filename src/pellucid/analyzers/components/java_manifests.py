"""Jars by the titles and versions in their manifests."""

import re
from collections.abc import Iterator, Mapping

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.language_package import is_sound
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.errors import Malformed
from pellucid.formats import java_properties, licence_addresses, licence_names
from pellucid.formats.java_properties import Value
from pellucid.formats.purl import package_url

ANCHOR = b"Manifest-Version:"
# Pairs of names that say together what a jar is; those of OSGi are unique by their rules and so come first.
PAIRS = (
    ("Bundle-SymbolicName", "Bundle-Version"),
    ("Implementation-Title", "Implementation-Version"),
    ("Automatic-Module-Name", "Implementation-Version"),
    ("Extension-Name", "Implementation-Version"),
    ("Specification-Title", "Specification-Version"),
)
TITLES = ("Implementation-Title", "Bundle-Name", "Automatic-Module-Name")
VENDORS = ("Implementation-Vendor", "Bundle-Vendor", "Specification-Vendor")
VERSION = re.compile(r"v?(\d[\w.+~-]*)")


@analyzer(name="java_manifests", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("text"))
def java_manifests(artefact: Artefact) -> Iterator[Fact]:
    """Name what a jar is by its manifest, from the fields of OSGi bundles or of the package versioning of Java.

    Titles are not the names that advisories use: where the jar also has what Maven writes, that says it better. A
    manifest without a name and a version says nothing.
    """
    try:
        fields = java_properties.manifest(artefact.data)
    except Malformed:
        return
    for title, number in PAIRS:
        if title not in fields or number not in fields:
            continue
        name = fields[title].text.partition(";")[0].strip()
        found = VERSION.match(fields[number].text)
        if found and name and "$" not in name and is_sound(name.replace(" ", "-"), found[1]):
            yield _dependency(artefact, fields, name, found[1], fields[number].offset)
            return


def _dependency(artefact: Artefact, fields: Mapping[str, Value], name: str, version: str, offset: int) -> Dependency:
    vendor = next((fields[key].text for key in VENDORS if key in fields and fields[key].text), "")
    titles = (fields[key].text for key in TITLES if key in fields)
    return Dependency(
        vendor=vendor,
        product=name,
        version=version,
        purl=package_url("generic", name, version),
        licence=_licence(fields),
        linkage=Linkage.DIRECT,
        witness=Witness.METADATA,
        aliases=tuple(dict.fromkeys(title for title in titles if title and title != name)),
        confidence=0.8,
        evidence=(artefact.evidence(offset, f"{name} {version}"),),
    )


def _licence(fields: Mapping[str, Value]) -> str:
    """Bundle-License is an expression, a name or an address, or a choice of several, with directives behind them."""
    stated = fields["Bundle-License"].text if "Bundle-License" in fields else ""
    names = [item.partition(";")[0].strip(' "') for item in stated.split(",")]
    found = [licence_addresses.spdx_expression(name) or licence_names.spdx_expression(name) for name in names if name]
    return licence_names.any_of(found) if all(found) else ""
