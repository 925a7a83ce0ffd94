"""Expansion ROMs of PCI cards (PCI Firmware Specification 3.3)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats import option_rom as roms
from pellucid.formats.span import Data

# The ROM's own magic has two bytes; the structure that it points to has four and stands close behind the headers.
PLACES = range(0x1C, 0x180, 4)


def measure(data: Data, start: int) -> int:
    """All images of the chain."""
    last = roms.images(data, start)[-1]
    return last.at + last.length - start


@extractor(
    name="option_rom",
    version=1,
    signatures=tuple(Signature(roms.MAGIC, at=place) for place in PLACES),
    measure=measure,
)
def option_rom(artefact: Artefact, output: Output) -> None:
    """Take the images of an expansion ROM apart: the programs for EFI unpacked, those for other firmware as they are.

    A ROM of one image that is not for EFI holds nothing else: its header becomes facts.
    """
    data = artefact.data
    found = roms.images(data)
    output.fact("images", len(found))
    for name, value in found[0].facts.items():
        output.fact(name, value)
    for number, image in enumerate(found):
        facts = image.facts
        if image.code_type == roms.EFI:
            try:
                output.file(f"image-{number}.efi", [roms.program(data, image)], facts=facts)
                continue
            except Malformed as error:
                output.failure(error, f"image-{number}")
        if len(found) > 1:
            name = f"image-{number}-{facts['codeType']}.rom"
            output.part(name, data, image.at, image.length, facts=facts)
