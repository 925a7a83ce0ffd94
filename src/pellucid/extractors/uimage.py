"""U-Boot legacy images, "uImage" (U-Boot, include/image.h)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import uimage as images
from pellucid.formats.identify import is_padding
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """Header and payload; the header's checksum must be right."""
    return images.LAYOUT.size + images.read(data, start).size


@extractor(name="uimage", version=1, signatures=(Signature(images.MAGIC),), measure=measure)
def uimage(artefact: Artefact, output: Output) -> None:
    """Take the payload out of a uImage, or the payloads of one with several, still compressed.

    The header's fields become facts; a wrong checksum of the payload is a problem, not the end.
    """
    data = artefact.data
    header = images.read(data)
    output.fact("name", header.name)
    for field in ("os", "architecture", "type", "compression"):
        output.fact(field, getattr(header, field))
    output.fact("loadAddress", f"0x{header.load:08x}")
    output.fact("entryPoint", f"0x{header.entry:08x}")
    output.fact("created", header.time)
    if images.LAYOUT.size + header.size <= len(data) and not images.sound(data, header):
        output.problem(ProblemKind.MALFORMED, "the checksum of the payload differs")
    try:
        found = list(images.parts(data, header))
    except Malformed as error:
        output.failure(error)
        found = []
    found = found or [(images.LAYOUT.size, header.size)]
    stem = _file_name(header)
    for number, (at, size) in enumerate(found):
        output.part(stem if len(found) == 1 else f"{stem}.{number}", data, at, size, mtime=header.time)
    behind, end = at + size + 3 & ~3, min(images.LAYOUT.size + header.size, len(data))
    if behind < end and not is_padding(data, behind, end):
        output.part("behind-parts.bin", data, behind, end - behind, facts={"offset": f"0x{behind:x}"})


def _file_name(header: images.Header) -> str:
    """The image's name as one part of a path, or what it is."""
    name = "".join(letter if letter.isalnum() or letter in "._+- " else "_" for letter in header.name).strip(" .")
    return name or (header.type if header.type != "invalid" else "kernel")
