"""Modules that a go.mod requires."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains, kind
from pellucid.analyzers.built_packages import GO
from pellucid.analyzers.language_package import language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats import go_modules

# Since Go 1.17 the file lists every module that is built in; before, only those that are imported directly.
COMPLETE, PARTIAL = 0.6, 0.5
LARGEST = 1 << 20

# Other languages have the same word, with other things behind it.
REQUIRE = re.compile(rb"\nrequire(?:[ \t]*\(|[ \t]+[\w-]+\.[\w.-]+/)")

_small = Selector(lambda artefact: artefact.size <= LARGEST and REQUIRE.search(artefact.data) is not None)


@analyzer(
    name="go_mod",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(b"\nrequire ", b"\nrequire(") & kind("text") & _small,
    named=("go.mod",),
)
def go_mod(artefact: Artefact) -> Iterator[Fact]:
    """List the modules that a go.mod requires, at the versions that a build of it selects at least.

    The file comes with sources: a program built from them says more exactly what is in it. Replacements are followed;
    a module replaced by a folder has no version.
    """
    words = next((item.words for item in go_modules.directives(artefact.data) if item.name == "go"), ("1.0",))
    confidence = COMPLETE if _release(words[0] if words else "") >= (1, 17) else PARTIAL
    for module in go_modules.required(artefact.data):
        yield language_package(
            artefact,
            GO,
            module.path,
            module.version,
            offset=module.offset,
            seen=module.text,
            witness=Witness.MANIFEST,
            confidence=confidence,
            linkage=Linkage.EXTERNAL,
        )


def _release(text: str) -> tuple[int, ...]:
    parts = text.split(".")[:2]
    return tuple(int(part) for part in parts) if all(part.isdecimal() and len(part) < 6 for part in parts) else ()
