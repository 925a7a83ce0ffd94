"""Ports of vcpkg that are installed, by its status database and by the document of each port."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.documents import json_of
from pellucid.analyzers.language_package import Universe, is_sound, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats import licence_names, package_database
from pellucid.formats.bills import spdx
from pellucid.formats.json_document import Places, objects, text

STATUS, DOCUMENT = b"\nAbi: ", b'"SPDXRef-port"'
VCPKG = Universe(ecosystem="", purl_type="vcpkg")
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@analyzer(name="vcpkg_ports", version=1, stage=Stage.COMPONENTS, wants=contains(STATUS, DOCUMENT) & kind("text"))
def vcpkg_ports(artefact: Artefact) -> Iterator[Fact]:
    """List the ports that vcpkg has installed: from its status database, or one from its vcpkg.spdx.json.

    The features of a port are parts of it. What stands behind "#" counts changes of the port, not of the software.
    """
    if artefact.offsets(STATUS):
        for item in package_database.deb822(artefact.data):
            is_port = item["abi"] and not item["feature"] and item["status"].endswith(" installed")
            if not is_port or not NAME.fullmatch(item["package"]) or not is_sound(item["package"], item["version"]):
                continue
            needs = (part.strip().partition(":")[0].partition("[")[0] for part in item["depends"].split(","))
            yield language_package(
                artefact,
                VCPKG,
                item["package"],
                item["version"],
                offset=item.offset,
                witness=Witness.PACKAGE,
                linkage=Linkage.EMBEDDED,
                requires=filter(None, needs),
                qualifiers={"triplet": item["architecture"], "port_version": item["port-version"]},
            )
    else:
        yield from _documented(artefact)


def _documented(artefact: Artefact) -> Iterator[Fact]:
    document = json_of(artefact)
    if not any(creator.startswith("Tool: vcpkg") for creator in spdx.creators(document)):
        return
    places = Places(artefact.data)
    packages = {text(item.get("SPDXID")): item for item in objects(document.get("packages"))}
    port = packages.get("SPDXRef-port", {})
    name, (version, _, change) = text(port.get("name")), text(port.get("versionInfo")).partition("#")
    if not version or not is_sound(name, version):
        return
    triplet = text(packages.get("SPDXRef-binary", {}).get("name")).partition(":")[2]
    licence = text(port.get("licenseConcluded"))
    yield language_package(
        artefact,
        VCPKG,
        name,
        version,
        offset=places.of(name),
        witness=Witness.MANIFEST,
        confidence=0.95,
        linkage=Linkage.EMBEDDED,
        licence=licence_names.spdx_expression(licence),
        qualifiers={"triplet": triplet, "port_version": change},
    )
