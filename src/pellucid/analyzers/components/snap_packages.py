"""Snaps, from the snap.yaml that each carries."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.formats.block_yaml import sections
from pellucid.formats.licence_names import spdx_expression
from pellucid.formats.purl import package_url

NAME = b"name: "
LONGEST = 128
HEAD = 4096
LARGEST = 256 << 10
NAMED = re.compile(rb"(?m)^name: ")
STATED = re.compile(rb"(?m)^version: ")


def _says(artefact: Artefact) -> bool:
    """Many texts have a name somewhere; in this one it begins a line, as the version does."""
    head = artefact.window(0, HEAD) if artefact.size <= LARGEST else b""
    # Only then is it worth looking where the lines begin.
    return NAME in head and bool(NAMED.search(head) and STATED.search(artefact.window(0, LARGEST)))


@analyzer(
    name="snap_packages",
    version=2,
    stage=Stage.COMPONENTS,
    wants=kind("text") & Selector(_says),
    most_facts=1,
    named=("meta/snap.yaml",),
)
def snap_packages(artefact: Artefact) -> Iterator[Fact]:
    """Name the snap that meta/snap.yaml describes, and the snap that it is based on."""
    document = next(sections(artefact.data, 0), None)
    if document is None:
        return
    name, version = document.fields.get("name", ""), document.fields.get("version", "")
    if not (0 < len(name) <= LONGEST and 0 < len(version) <= LONGEST):
        return
    base = document.fields.get("base", "")
    architectures = document.items.get("architectures", [])
    architecture = architectures[0] if len(architectures) == 1 else ""
    yield Dependency(
        vendor="",
        product=name,
        version=version,
        purl=package_url("snap", name, version, {"arch": architecture}),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        licence=spdx_expression(document.fields.get("license", "")),
        source_name=name,
        source_version=version,
        requires=(base,) if base and base != "none" else (),
        evidence=(artefact.evidence(artefact.window(0, HEAD).index(NAME), f"{name} {version}"),),
    )
