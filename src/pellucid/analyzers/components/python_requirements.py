"""Python packages that are pinned in requirement files."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.analyzers.language_package import PYPI, canonical, is_sound, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.python_requirements import pins

LARGEST = 1 << 20

_short = Selector(
    lambda artefact: artefact.kind == "text" and artefact.size <= LARGEST and artefact.data.find(b"==") > 0
)


@analyzer(
    name="python_requirements",
    version=1,
    stage=Stage.COMPONENTS,
    wants=_short,
    named=(
        "requirements.txt",
        "requirements[-_.]prod*.txt",
        "requirements[-_.]lock*.txt",
        "requirements/base.txt",
        "requirements/prod*.txt",
        "constraints.txt",
    ),
)
def python_requirements(artefact: Artefact) -> Iterator[Fact]:
    """List the Python packages that a requirement file pins to one version.

    They are what is wanted, not what is installed: confidence is low. Ranges and other platforms are left out.
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
                confidence=0.6,
                linkage=Linkage.EXTERNAL,
            )
