"""Packages of Erlang and Elixir, from the hex_metadata.config in them (Hex, package metadata)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import HEX, is_sound, language_package, plain
from pellucid.formats.indented_text import lines
from pellucid.formats.licence_names import any_of

FIELD = re.compile(r'\{<<"(name|version|licenses)">>,\s*(?:<<"([^"]*)"(?:/utf8)?>>|\[(.*?)\])\}\.')
MOST_LICENCES = 20
STRING = re.compile(r'<<"([^"]*)"')


@analyzer(name="hex_packages", version=1, stage=Stage.COMPONENTS, wants=contains(b'{<<"build_tools">>,') & plain)
def hex_packages(artefact: Artefact) -> Iterator[Fact]:
    """List a package of Hex by the metadata that it brings."""
    stated: dict[str, str] = {}
    licence, offset = "", 0
    for line in lines(artefact.data):
        found = FIELD.match(line.text)
        if found is None:
            continue
        if found[1] == "licenses":
            licence = any_of(STRING.findall(found[3] or "")[:MOST_LICENCES])
        elif found[2]:
            stated.setdefault(found[1], found[2])
            offset = line.offset if found[1] == "name" else offset
    name, version = stated.get("name", ""), stated.get("version", "")
    if name and version and is_sound(name, version):
        yield language_package(artefact, HEX, name, version, offset=offset, licence=licence)
