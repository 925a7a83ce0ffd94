"""Flattened device trees that describe hardware (Devicetree Specification 0.4, chapter 5)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats import device_tree, fdt
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """The size that the header states; the tree must be whole, and no FIT image."""
    tree = fdt.Tree(data, start)
    if "images" in tree.root.children:
        raise Malformed("a FIT image, not a plain device tree")
    return tree.header.size


@extractor(name="dtb", version=1, signatures=(Signature(fdt.MAGIC),), measure=measure)
def dtb(artefact: Artefact, output: Output) -> None:
    """Tell what a device tree says of its board: model, kernel command line, partitions of flash.

    It holds no files.
    """
    tree = fdt.Tree(artefact.data)
    for name, value in device_tree.facts(tree):
        if value:
            output.fact(name, value)
