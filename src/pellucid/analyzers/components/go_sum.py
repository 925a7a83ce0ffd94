"""Modules whose content a go.sum has checksums of."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_packages import GO
from pellucid.analyzers.language_package import language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats import go_modules, version_order


@analyzer(name="go_sum", version=1, stage=Stage.COMPONENTS, wants=contains(b" h1:") & kind("text"), named=("go.sum",))
def go_sum(artefact: Artefact) -> Iterator[Fact]:
    """List the modules whose content was fetched when a go.sum was written, each at its highest version.

    The file is a memory of checksums, not a list of what is built in: it also holds what only tests need, and versions
    that are no longer used. Modules of which it knows nothing but the go.mod were never fetched and are left out.
    """
    highest: dict[str, go_modules.Required] = {}
    for module in go_modules.sums(artefact.data):
        other = highest.get(module.path)
        if other is None or version_order.upstream(other.version, module.version) < 0:
            highest[module.path] = module
    for module in highest.values():
        yield language_package(
            artefact,
            GO,
            module.path,
            module.version,
            offset=module.offset,
            seen=module.text,
            witness=Witness.MANIFEST,
            confidence=0.4,
            linkage=Linkage.EXTERNAL,
        )
