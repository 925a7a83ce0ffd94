"""Gems that a Gemfile.lock pins (Bundler)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import RUBYGEMS, is_sound, language_package, plain
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.indented_text import Line, lines

# nokogiri (1.15.4-x86_64-linux): the platform stands behind the version, which has no hyphen.
LOCKED = re.compile(r"([A-Za-z0-9._-]+) \(([0-9][0-9A-Za-z.]*)(?:-([^()]+))?\)$")
NAME = re.compile(r"[A-Za-z0-9._-]+")
SOURCES = ("GEM", "GIT")
MOST_LISTED = 50_000


@analyzer(
    name="gemfile_locks",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(b"GEM\n  remote: ", b"GEM\r\n  remote: ") & plain,
    most_facts=MOST_LISTED,
)
def gemfile_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the gems that a lock file of Bundler pins. It does not tell what only development needs."""
    section = ""
    spec: Line | None = None
    requires: list[str] = []
    for line in lines(artefact.data):
        if line.indent == 6 and spec and (named := NAME.match(line.text)):
            requires.append(named[0])
            continue
        if spec:
            yield from _gem(artefact, spec, requires)
        spec, requires = None, []
        if line.indent == 0:
            section = line.text
        elif line.indent == 4 and section in SOURCES:
            spec = line
    if spec:
        yield from _gem(artefact, spec, requires)


def _gem(artefact: Artefact, spec: Line, requires: list[str]) -> Iterator[Fact]:
    found = LOCKED.match(spec.text)
    if found and is_sound(found[1], found[2]):
        yield language_package(
            artefact,
            RUBYGEMS,
            found[1],
            found[2],
            offset=spec.offset,
            seen=spec.text,
            witness=Witness.MANIFEST,
            confidence=0.7,
            linkage=Linkage.EXTERNAL,
            requires=requires,
            qualifiers={"platform": found[3] or ""},
        )
