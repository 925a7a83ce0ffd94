"""Packages of Erlang and Elixir that mix.lock and rebar.lock pin."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import HEX, is_sound, language_package, plain
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.indented_text import lines

# A pair of a map: the name, and a tuple of source, package, version, hash, tools, and what it requires.
MIX = re.compile(r'(?:%\{)?"[^"]+": \{:hex, :"?([a-z0-9_]+)"?, "([0-9][^"]*)", ')
MIX_REQUIRED = re.compile(r"\{:([a-z0-9_]+), \"[^\"]*\", \[")
# A tuple of the name, and a tuple of the source, the package and the version.
REBAR = re.compile(r'(?:\{"[^"]*",\s*)?\[?\{<<"[^"]+">>,\{pkg,<<"([a-z0-9_]+)">>,<<"([0-9][^"]*)">>')


@analyzer(name="hex_locks", version=1, stage=Stage.COMPONENTS, wants=contains(b": {:hex, :", b",{pkg,<<") & plain)
def hex_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that a lock file of Mix or Rebar pins. It does not tell what only development needs."""
    for line in lines(artefact.data):
        found = MIX.match(line.text) or REBAR.match(line.text)
        if found and is_sound(found[1], found[2]):
            yield language_package(
                artefact,
                HEX,
                found[1],
                found[2],
                offset=line.offset,
                witness=Witness.MANIFEST,
                confidence=0.7,
                linkage=Linkage.EXTERNAL,
                requires=MIX_REQUIRED.findall(line.text),
            )
