"""FIT images (U-Boot, doc/usage/fit/source_file_format.rst), in the container of device trees."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import fdt
from pellucid.formats import fit as images
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """The tree and what stands behind it; raises Malformed for a plain device tree, which is a leaf."""
    return images.length(fdt.Tree(data, start))


@extractor(name="fit", version=2, signatures=(Signature(fdt.MAGIC),), measure=measure, suffix="itb")
def fit(artefact: Artefact, output: Output) -> None:
    """Take the images out of a FIT, still compressed, whether their data is inside the tree or behind it.

    Properties, configurations and how they are signed become facts; a hash that differs from the data is a problem.
    """
    tree = fdt.Tree(artefact.data)
    if description := tree.text(tree.root, "description"):
        output.fact("description", description)
    if (created := tree.number(tree.root, "timestamp")) is not None:
        output.fact("created", created)
    for name, text in images.configurations(tree).items():
        output.fact(f"configurations.{name}", text)
    for name, text in images.signatures(tree).items():
        output.fact(f"signatures.{name}", text)
    for image in images.images(tree):
        if isinstance(image, Malformed):
            output.failure(image)
            continue
        for name, text in image.facts.items():
            output.fact(f"{image.name}.{name}", text)
        wrong = set(images.differing(artefact.data, image))
        for algorithm, value in image.hashes:
            output.fact(f"{image.name}.{algorithm}", value.hex())
        if wrong:
            output.problem(ProblemKind.MALFORMED, f"{image.name}: {', '.join(sorted(wrong))} differ from the data")
        output.part(image.name, artefact.data, image.at, image.size)
