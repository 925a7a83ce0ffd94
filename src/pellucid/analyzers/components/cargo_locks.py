"""Crates that a Cargo.lock has locked."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_packages import CRATES
from pellucid.analyzers.language_package import is_sound, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats import toml_tables

ANCHOR = b"[[package]]"


@analyzer(
    name="cargo_locks",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(ANCHOR) & kind("text"),
    most_facts=20_000,
    named=("Cargo.lock",),
)
def cargo_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the crates of a Cargo.lock that come from a registry or a repository, with what each of them needs.

    The file says neither which of them only tests and builds need nor whether a program was built from it, so the
    confidence is that of a plan. Packages without a source are the project's own and are left out.
    """
    for table in toml_tables.tables(artefact.data):
        name, version, source = table["name"], table["version"], table["source"]
        if table.name != "package" or not source or not name or not is_sound(name, version):
            continue
        yield language_package(
            artefact,
            CRATES,
            name,
            version,
            offset=table.offset,
            witness=Witness.MANIFEST,
            confidence=0.6 if source.startswith(("registry+", "sparse+")) else 0.5,
            linkage=Linkage.EXTERNAL,
            requires=(text.split(" ")[0] for text in toml_tables.strings(table["dependencies"]) if text),
        )
