"""bzImage, the kernel of x86 (Linux, Documentation/arch/x86/boot.rst)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.errors import Unsupported
from pellucid.formats.linux import x86
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """Setup code and kernel; with the certificates behind it when it is a signed EFI program."""
    header = x86.read(data, start)
    at, size = x86.signature(data, header) if not start else (0, 0)
    return max(header.length, at + size)


@extractor(
    name="linux_bzimage",
    version=1,
    signatures=(Signature(x86.MAGIC, at=x86.MAGIC_AT),),
    measure=measure,
    partial=True,
    suffix="bzimage",
)
def linux_bzimage(artefact: Artefact, output: Output) -> None:
    """Take the compressed kernel out of a bzImage, without the size behind it, and the signature of its vendor.

    The setup header's fields become facts, among them the version with its builder.
    """
    data = artefact.data
    header = x86.read(data)
    output.fact("version", header.version)
    output.fact("protocol", f"{header.protocol >> 8}.{header.protocol & 0xFF:02}")
    output.fact("loadedHigh", str(header.loaded_high).lower())
    output.fact("setupSize", header.setup_size)
    if header.preferred_address:
        output.fact("preferredAddress", f"0x{header.preferred_address:x}")
        output.fact("memoryNeeded", header.memory_needed)
    if header.payload_at < 0:
        output.failure(Unsupported("the boot protocol is too old to say where the compressed kernel is"))
    else:
        output.fact("payloadOffset", f"0x{header.payload_at:x}")
        output.fact("payloadSize", header.payload_size)
        output.part(f"payload.{header.suffix}", data, header.payload_at, header.payload_size)
    for number, (at, size) in enumerate(x86.certificates(data, header)):
        output.part(f"signature-{number}.p7s", data, at, size)
