"""Python packages that are pinned in requirement files."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.analyzers.language_package import PYPI, canonical, is_sound, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.python_requirements import may_be, pins

LARGEST = 1 << 20
# What documentation and tests pin, and no product runs.
CHECKERS = frozenset({"black", "coverage", "flake8", "isort", "mypy", "nose", "pylint", "pytest", "pytest-cov", "ruff"})
TOOLS = CHECKERS | {"build", "mkdocs", "pre-commit", "sphinx", "tox", "twine"}

_short = kind("text") & Selector(lambda artefact: artefact.size <= LARGEST and may_be(artefact.data))


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

    They are what is wanted, not what is installed: confidence is low. Ranges, what is for other platforms, and the
    tools of development are left out.
    """
    for pin in pins(artefact.data):
        if canonical(pin.name) not in TOOLS and is_sound(pin.name, pin.version):
            yield language_package(
                artefact,
                PYPI,
                canonical(pin.name),
                pin.version,
                offset=pin.offset,
                seen=pin.line,
                witness=Witness.MANIFEST,
                confidence=0.5,
                linkage=Linkage.EXTERNAL,
            )
