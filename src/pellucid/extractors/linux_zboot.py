"""EFI zboot, a compressed kernel in an EFI program (Linux, drivers/firmware/efi/libstub/zboot-header.S)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats.linux import compressed, flat
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """As an EFI program; all that there is when its tables are damaged."""
    image = flat.read_zboot(data, start)
    return max(flat.program_size(data, start) or len(data) - start, image.payload_at + image.payload_size)


@extractor(
    name="linux_zboot",
    version=1,
    signatures=(Signature(flat.ZBOOT, at=flat.ZBOOT_AT),),
    measure=measure,
    carve=False,
    partial=True,
)
def linux_zboot(artefact: Artefact, output: Output) -> None:
    """Take the compressed kernel out of an EFI zboot image."""
    data = artefact.data
    image = flat.read_zboot(data)
    output.fact("compression", image.compression)
    output.fact("payloadOffset", f"0x{image.payload_at:x}")
    output.fact("payloadSize", image.payload_size)
    known = compressed.at(data, image.payload_at)
    name = f"payload.{known.suffix}" if known else "payload.bin"
    output.part(name, data, image.payload_at, image.payload_size)
