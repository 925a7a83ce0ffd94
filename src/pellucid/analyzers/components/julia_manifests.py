"""Julia packages that a Manifest.toml pins (Pkg, manifest formats 1 and 2)."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import Universe, is_sound, language_package, plain
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.toml_tables import strings, tables

JULIA = Universe(ecosystem="Julia", purl_type="julia")
HASH = b"\ngit-tree-sha1 = "


@analyzer(name="julia_manifests", version=1, stage=Stage.COMPONENTS, wants=contains(HASH) & plain)
def julia_manifests(artefact: Artefact) -> Iterator[Fact]:
    """List the Julia packages that a manifest pins. Those of the standard library have no hash of their own."""
    for table in tables(artefact.data):
        name, version = table.name.removeprefix("deps."), table["version"]
        if "." in name or not table["uuid"] or not table["git-tree-sha1"] or not version:
            continue
        if is_sound(name, version):
            yield language_package(
                artefact,
                JULIA,
                name,
                version,
                offset=table.offset,
                witness=Witness.MANIFEST,
                confidence=0.9,
                linkage=Linkage.EXTERNAL,
                requires=strings(table["deps"]),
                qualifiers={"uuid": table["uuid"]},
            )
