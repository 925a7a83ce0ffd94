"""Modules whose content a go.sum has checksums of."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats import go_modules, version_order
from pellucid.formats.purl import go_module_url


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
        yield Dependency(
            vendor="",
            product=module.path,
            version=module.version,
            purl=go_module_url(module.path, module.version),
            linkage=Linkage.EXTERNAL,
            ecosystem="Go",
            witness=Witness.MANIFEST,
            confidence=0.4,
            evidence=(artefact.evidence(module.offset, module.text),),
        )
