"""Python packages that are pinned in requirement files (pip's requirements file format, PEP 508)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.analyzers.language_package import PYPI, canonical, is_sound, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.indented_text import lines

LARGEST = 1 << 20
PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*={2,3}\s*([0-9][^\s;,*#\\]*)(?=\s|;|\\|$)([^#]*)")
ELSEWHERE = re.compile(r"(?:sys_platform|platform_system|os_name)\s*==\s*[\"'](?:win|nt|darwin)", re.IGNORECASE)

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
        "_vendor/vendor.txt",
    ),
)
def python_requirements(artefact: Artefact) -> Iterator[Fact]:
    """List the Python packages that a requirement file pins to one version.

    They are what is wanted, not what is installed: confidence is low. Ranges and other platforms are left out.
    """
    for line in lines(artefact.data):
        found = PINNED.match(line.text)
        if found is None or ELSEWHERE.search(found[3]) or not is_sound(found[1], found[2]):
            continue
        yield language_package(
            artefact,
            PYPI,
            canonical(found[1]),
            found[2],
            offset=line.offset,
            seen=found[0].strip(),
            witness=Witness.MANIFEST,
            confidence=0.6,
            linkage=Linkage.EXTERNAL,
        )
