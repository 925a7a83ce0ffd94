"""Capsules, the packages of firmware updates (UEFI 2.10, 8.5.3 and 23.2)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats.span import Data
from pellucid.formats.uefi import capsule as capsules
from pellucid.formats.uefi import guid


def measure(data: Data, start: int) -> int:
    """The length that the header states."""
    return capsules.read(data, start).length


@extractor(
    name="uefi_capsule",
    version=1,
    signatures=tuple(Signature(magic) for magic in capsules.MAGICS),
    measure=measure,
)
def uefi_capsule(artefact: Artefact, output: Output) -> None:
    """Take the firmware out of a capsule of UEFI, AMI, Intel, Lenovo or Toshiba, with its drivers and signatures."""
    capsule = capsules.read(artefact.data)
    output.fact("capsuleGuid", capsule.kind)
    output.fact("capsuleType", guid.named(capsule.kind))
    output.fact("flags", f"0x{capsule.flags:08x}")
    put(output, capsules.members(artefact.data, capsule))
