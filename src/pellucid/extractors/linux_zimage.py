"""zImage, the kernel of 32-bit ARM (Linux, arch/arm/boot/compressed/head.S), with appended device trees."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.errors import Unsupported
from pellucid.formats.linux import arm
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """What the header states, and the device trees that are appended to it."""
    end = start + arm.read(data, start).length
    for tree in arm.trees(data, end):
        end = tree.at + tree.size
    return end - start


@extractor(
    name="linux_zimage",
    version=1,
    signatures=(Signature(arm.MAGIC, at=arm.MAGIC_AT), Signature(arm.MAGIC_BIG, at=arm.MAGIC_AT)),
    measure=measure,
    partial=True,
    suffix="zimage",
)
def linux_zimage(artefact: Artefact, output: Output) -> None:
    """Take the compressed kernel out of a zImage, and the device trees that are appended to it.

    The header does not say where the kernel is: it is found by what its compressor writes.
    """
    data = artefact.data
    header = arm.read(data)
    output.fact("loadAddress", f"0x{header.load:x}")
    output.fact("size", header.length)
    output.fact("byteOrder", header.order)
    found = arm.payload(data, header)
    if found:
        output.fact("payloadOffset", f"0x{found.at:x}")
        output.part(found.name, data, found.at, found.size)
    else:
        output.failure(Unsupported("the compressed kernel was not found: its compressor is not known"))
    for tree in arm.trees(data, header.length):
        output.part(tree.name, data, tree.at, tree.size)
