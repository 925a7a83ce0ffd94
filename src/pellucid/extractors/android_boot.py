"""Android boot images, versions 0 to 4, and vendor boot images (AOSP, system/tools/mkbootimg)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats.android import avb, boot
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """Header and parts in whole pages; all that there is when the partition ends with the footer of verified boot."""
    image = boot.read(data, start)
    there = len(data) - start
    if not start and avb.footer(data):
        return there
    # The padding of the last page is often left out.
    return min(image.length, max(there, *(part.at + part.size for part in image.parts)))


@extractor(
    name="android_boot",
    version=1,
    signatures=(Signature(boot.BOOT), Signature(boot.VENDOR)),
    measure=measure,
    suffix="img",
)
def android_boot(artefact: Artefact, output: Output) -> None:
    """Take kernel, ramdisks, device trees and signature out of a boot image.

    Command line, board, addresses, version and patch level of the system become facts.
    """
    data = artefact.data
    image = boot.read(data)
    output.fact("headerVersion", image.version)
    for name, value in image.facts.items():
        if value:
            output.fact(name, value)
    for part in image.parts:
        output.part(part.name, data, part.at, part.size, facts=part.facts)
    if found := avb.footer(data):
        _, at, size = found
        output.part("vbmeta", data, at, size)
