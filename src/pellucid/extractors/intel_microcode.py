"""Microcode updates of Intel processors (Intel SDM, volume 3, 10.11.1)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats import intel_microcode as microcode
from pellucid.formats.span import Data

# The version of the loader: the only fixed bytes that are not at the very start.
LOADER = b"\1\0\0\0"


def measure(data: Data, start: int) -> int:
    """All updates that follow each other; their checksums must be right."""
    at, last = list(microcode.updates(data, start))[-1]
    return at + last.length - start


@extractor(name="intel_microcode", version=1, signatures=(Signature(LOADER, at=20),), measure=measure, carve=False)
def intel_microcode(artefact: Artefact, output: Output) -> None:
    """Tell what microcode is for which processors; several updates in one file come out one by one.

    A single update holds nothing else: its header becomes facts.
    """
    data = artefact.data
    found = list(microcode.updates(data))
    output.fact("updates", len(found))
    if len(found) == 1:
        for name, value in found[0][1].facts.items():
            output.fact(name, value)
        return
    for number, (at, update) in enumerate(found):
        facts = update.facts
        name = f"{number:03}-cpu-{facts['cpuSignature'][2:]}-revision-{facts['revision'][2:]}.bin"
        output.part(name, data, at, update.length, facts=facts)
