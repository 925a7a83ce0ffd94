"""vbmeta, what Android's verified boot trusts (AOSP, external/avb, libavb/avb_vbmeta_image.h)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats.android import avb
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """Header, signature and descriptors."""
    return avb.read(data, start).length


@extractor(name="android_vbmeta", version=1, signatures=(Signature(avb.VBMETA),), measure=measure, suffix="vbmeta")
def android_vbmeta(artefact: Artefact, output: Output) -> None:
    """Take the public key and the signature out of a vbmeta structure.

    Its algorithm, rollback index, and what it says of partitions and properties become facts.
    """
    found = avb.read(artefact.data)
    for name, value in found.facts.items():
        output.fact(name, value)
    for name, (at, size) in (("public_key", found.key), ("signature", found.signature)):
        if size:
            output.part(f"{name}.bin", artefact.data, at, size)
