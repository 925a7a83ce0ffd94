"""Android's sparse images (AOSP, system/core/libsparse/sparse_format.h)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats import android_sparse as images
from pellucid.formats.span import Data
from pellucid.formats.virtual_disk import content


def measure(data: Data, start: int) -> int:
    """Header and chunks, which must make sense one after the other."""
    return images.length(data, start)


@extractor(name="android_sparse", version=1, signatures=(Signature(images.MAGIC),), measure=measure, suffix="simg")
def android_sparse(artefact: Artefact, output: Output) -> None:
    """Take the raw image out of a sparse one; what is not to be written on the device becomes zeros."""
    image = images.read(artefact.data)
    output.fact("version", image.version)
    output.fact("blockSize", image.block)
    output.fact("unpackedSize", image.blocks * image.block)
    output.file("image.img", content(images.extents(artefact.data, image), image.blocks * image.block))
