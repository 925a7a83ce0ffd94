"""Third-party products recognised in bytes by their signatures (components/signatures, one file a product)."""

from collections.abc import Iterable, Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.analyzers.parsed import elf_of
from pellucid.analyzers.product_facts import with_version, without_version
from pellucid.analyzers.sightings import Sighting, present, stated
from pellucid.analyzers.signature_table import Table, digest, kinds, revision, table
from pellucid.analyzers.signatures import Signature
from pellucid.domain.dependency import Linkage
from pellucid.errors import Malformed
from pellucid.formats.elf import Elf

MOST_PRODUCTS = 400
MOST_VERSIONS = 16
LONGEST_SONAME = 256


def _wants(artefact: Artefact) -> bool:
    if artefact.kind == "elf":
        return True
    return artefact.kind in kinds() and any(map(table().points, artefact.hits))


@analyzer(
    name="product_signatures",
    version=3,
    stage=Stage.COMPONENTS,
    wants=Selector(_wants, lambda: table().literals, digest=digest),
    data=revision,
)
def product_signatures(artefact: Artefact) -> Iterator[Fact]:
    """Recognise third-party software by what its own code says, exports and contains, with the version where it tells.

    A string that states a version is believed only beside the product's own words. A library's soname, or strings and
    tables that nothing else has, show that it is there; what came with a version, or is missing, then bounds it.
    """
    yield from recognised(artefact, table())


def recognised(artefact: Artefact, known: Table) -> Iterator[Fact]:
    """What the signatures of a table say of an artefact."""
    elf = _elf(artefact)
    soname = elf.soname if elf else ""
    named = _of_soname(soname, known)
    candidates = {named[0].product: named[0]} if len(named) == 1 else {}
    for literal in artefact.hits:
        candidates |= {signature.product: signature for signature in known.of_literal(literal)}
    for _, signature in sorted(candidates.items())[:MOST_PRODUCTS]:
        itself = any(signature is other for other in named)
        usual = Linkage.EMBEDDED if signature.sonames and not itself else Linkage.DIRECT
        # The kernel has its own code for much that libraries do, in the same words.
        sightings = stated(artefact, signature) or ([] if elf and elf.is_module else present(artefact, signature))
        if sightings and sightings[0].version:
            for version, places in list(_by_version(sightings).items())[:MOST_VERSIONS]:
                yield with_version(signature, version, places, usual)
        elif sightings or (itself and len(named) == 1):
            name = soname if itself else ""
            yield without_version(artefact, signature, sightings, soname=name, usual=usual)


def _elf(artefact: Artefact) -> Elf | None:
    try:
        return elf_of(artefact) if artefact.kind == "elf" else None
    except Malformed:
        return None


def _of_soname(soname: str, known: Table) -> list[Signature]:
    """The products whose library has this soname: by all up to ".so", or by a beginning that ends in a hyphen."""
    stem, dot, _ = soname[:LONGEST_SONAME].partition(".so")
    if not dot:
        return []
    beginnings = [stem[: end + 1] for end in range(len(stem) - 1, 0, -1) if stem[end] == "-"]
    return next((found for name in (stem + dot, *beginnings) if (found := known.of_soname(name))), [])


def _by_version(sightings: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    found: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        found.setdefault(sighting.version, []).append(sighting)
    return found
