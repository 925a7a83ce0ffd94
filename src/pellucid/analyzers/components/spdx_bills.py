"""Software that an SPDX document in the image lists."""

from collections.abc import Iterator
from typing import Any

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.documents import json_of
from pellucid.analyzers.listed_software import dependencies
from pellucid.formats.bills import spdx, spdx3
from pellucid.formats.json_document import Places

TAGGED, JSON_MARK, GRAPH_MARK = b"SPDXVersion: SPDX-2", b'"spdxVersion"', b'"software_Package"'


@analyzer(
    name="spdx_bills",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(TAGGED, JSON_MARK, GRAPH_MARK) & kind("text"),
    most_facts=60_000,
)
def spdx_bills(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of an SPDX document that lies in the image: 2.x as JSON or tag-value, 3.0 as JSON-LD.

    Packages that are whole images, operating systems, sources or files are left out unless they have a package URL.
    """
    if artefact.offsets(TAGGED):
        yield from dependencies(artefact, spdx.tagged_packages(artefact.data))
        return
    document, places = json_of(artefact), Places(artefact.data)
    if "@graph" in document:
        yield from dependencies(artefact, spdx3.packages(document, places))
    elif str(document.get("spdxVersion", "")).startswith("SPDX-2") and not _of_vcpkg(document):
        yield from dependencies(artefact, spdx.packages(document, places))


def _of_vcpkg(document: dict[str, Any]) -> bool:
    """vcpkg's documents name a port, its build and its sources as packages: another unit reads them as one."""
    return any(creator.startswith("Tool: vcpkg") for creator in spdx.creators(document))
