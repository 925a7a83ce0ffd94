"""Images of flash chips with an Intel descriptor: its regions."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats import intel_flash as flash
from pellucid.formats.identify import is_padding
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """To the end of the last region."""
    return flash.read(data, start).length


@extractor(
    name="intel_flash",
    version=1,
    signatures=(Signature(flash.MAGIC, at=16), Signature(flash.MAGIC)),
    measure=measure,
)
def intel_flash(artefact: Artefact, output: Output) -> None:
    """Take the regions of a flash chip apart: BIOS, management engine, network, embedded controller and others.

    The descriptor itself becomes facts; what its maker wrote into it comes out, as does data between regions.
    """
    data = artefact.data
    descriptor = flash.read(data)
    for name, value in descriptor.facts.items():
        output.fact(name, value)
    for region in descriptor.regions:
        output.fact(f"region.{region.name}", f"0x{region.base:x}-0x{region.base + region.length:x}")
        if region.base:
            facts = {"region": region.name, "offset": f"0x{region.base:x}"}
            output.part(f"{region.name}.bin", data, region.base, region.length, facts=facts)
    if not is_padding(data, flash.OEM_AT, flash.DESCRIPTOR_SIZE):
        output.part("descriptor-oem.bin", data, flash.OEM_AT, flash.DESCRIPTOR_SIZE - flash.OEM_AT)
    for at, length in flash.gaps(data, descriptor):
        output.part(f"unused-0x{at:08x}.bin", data, at, length)
