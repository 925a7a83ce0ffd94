"""Python packages that another package brings as copies of their source (vendoring)."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.analyzers.language_package import PYPI, canonical, is_sound, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.python_requirements import may_be, pins

LARGEST = 1 << 20

_short = kind("text") & Selector(lambda artefact: artefact.size <= LARGEST and may_be(artefact.data))


@analyzer(
    name="python_vendored",
    version=1,
    stage=Stage.COMPONENTS,
    wants=_short,
    named=("_vendor/vendor.txt", "_vendor/vendored.txt", "vendor/vendor.txt"),
)
def python_vendored(artefact: Artefact) -> Iterator[Fact]:
    """List the copies of other packages that a Python package, such as pip or setuptools, carries inside of itself.

    They lie in a folder of their own with a list of names and versions; no metadata tells of them.
    """
    for pin in pins(artefact.data):
        if is_sound(pin.name, pin.version):
            yield language_package(
                artefact,
                PYPI,
                canonical(pin.name),
                pin.version,
                offset=pin.offset,
                seen=pin.line,
                witness=Witness.MANIFEST,
                confidence=0.9,
                linkage=Linkage.VENDORED,
            )
