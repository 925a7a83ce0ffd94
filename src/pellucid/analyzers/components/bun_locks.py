"""Packages that a bun.lock pins: JSON with trailing commas, one package a line."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import NPM, is_sound, json_object, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.indented_text import lines

# "a/b": ["b@1.0.0", "", { "dependencies": { "c": "^1" } }, "sha512-..."],
PACKAGE = re.compile(r'"[^"]+": \["((?:@[^/"@]+/)?[^/"@]+)@([0-9][^"]*)", ')
REQUIRED = re.compile(r'"(?:d|optionalD)ependencies": \{([^{}]*)\}')
NAMES = re.compile(r'"([^"]+)":')


@analyzer(name="bun_locks", version=1, stage=Stage.COMPONENTS, wants=contains(b'"lockfileVersion"') & json_object)
def bun_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the packages of npm that a lock file of Bun pins.

    What only development needs is not told apart: confidence is lower than that of other lock files.
    """
    for line in lines(artefact.data):
        found = PACKAGE.match(line.text)
        if found is None or not is_sound(found[1], found[2]):
            continue
        required = [name for item in REQUIRED.findall(line.text) for name in NAMES.findall(item)]
        yield language_package(
            artefact,
            NPM,
            found[1],
            found[2],
            offset=line.offset,
            witness=Witness.MANIFEST,
            confidence=0.7,
            linkage=Linkage.EXTERNAL,
            requires=required,
        )
