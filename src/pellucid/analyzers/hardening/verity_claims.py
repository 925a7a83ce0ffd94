"""What asks for dm-verity: command lines of kernels in settings of boot loaders, scripts, kernels and device trees."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.verdicts import passed
from pellucid.domain.hardening import Hardening
from pellucid.formats import verity_claims as claims

BEFORE, BEHIND = 64, 1024
MOST_LINES = 100


@analyzer(
    name="verity_claims",
    version=1,
    stage=Stage.HARDENING,
    wants=contains(*claims.SEARCHED),
    most_facts=claims.MOST,
)
def verity_claims(artefact: Artefact) -> Iterator[Fact]:
    """Tell which root hashes a kernel is asked to mount by; whether such a tree is there is judged over the image."""
    seen = set[str]()
    for offset in sorted(offset for mark in claims.SEARCHED for offset in artefact.offsets(mark)[:MOST_LINES]):
        for at, text, root in claims.root_hashes(artefact.window(offset - BEFORE, BEFORE + BEHIND)):
            if root not in seen and len(seen) < claims.MOST:
                seen.add(root)
                check = passed("rootHash", root, "A command line of the kernel asks for data with this root hash.")
                place = artefact.evidence(max(offset - BEFORE, 0) + at, text)
                yield Hardening(subject="verityClaim", name=root[:16], checks=(check,), evidence=place)
