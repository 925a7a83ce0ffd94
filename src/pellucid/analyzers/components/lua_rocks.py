"""Rocks that LuaRocks has installed, from their rockspecs and from the manifest of a tree."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import LUAROCKS, is_sound, language_package, plain
from pellucid.formats.indented_text import Line, lines
from pellucid.formats.licence_names import spdx_expression

INSTALLED = b'arch = "installed"'
SOURCE = (b"source = {", b"source={")
# A rockspec says early what it is of.
PACKAGE = re.compile(rb"^package\s*=\s*[\"']", re.MULTILINE)
HEAD = 4096
FIELD = re.compile(r"(package|version|license)\s*=\s*[\"']([^\"']+)[\"']")
REQUIRED = re.compile(r"[\"']([A-Za-z0-9][\w.-]*)(?:\s+[<>=~][^\"']*)?[\"']")
# A key of the manifest: a word, or a string in brackets.
KEY = re.compile(r"(?:([A-Za-z_]\w*)|\[\"([^\"]+)\"\]) = \{$")
MOST_REQUIRED = 200


@analyzer(name="lua_rocks", version=1, stage=Stage.COMPONENTS, wants=contains(INSTALLED, *SOURCE) & plain)
def lua_rocks(artefact: Artefact) -> Iterator[Fact]:
    """List the rocks of Lua that are installed. The versions of rocks end with the revision of the rockspec."""
    if artefact.offsets(INSTALLED):
        yield from _manifest(artefact)
    elif PACKAGE.search(artefact.window(0, HEAD)):
        yield from _rockspec(artefact)


def _manifest(artefact: Artefact) -> Iterator[Fact]:
    section = name = version = ""
    place: Line | None = None
    for line in lines(artefact.data):
        found = KEY.match(line.text)
        key = (found[1] or found[2]) if found else ""
        if key and line.indent == 0:
            section = key
        elif key and line.indent == 3 and section == "repository":
            name, place = key, line
        elif key and line.indent == 6:
            version = key
        elif line.text.startswith(INSTALLED.decode()) and place and is_sound(name, version):
            yield language_package(artefact, LUAROCKS, name, version, offset=place.offset)


def _rockspec(artefact: Artefact) -> Iterator[Fact]:
    stated: dict[str, str] = {}
    requires: list[str] = []
    inside, offset = "", 0
    for line in lines(artefact.data):
        if found := FIELD.match(line.text):
            if found[1] == "license" or line.indent == 0:
                stated.setdefault(found[1], found[2])
                offset = line.offset if found[1] == "package" else offset
        elif line.indent == 0:
            inside = line.text.partition("=")[0].strip()
        if inside == "dependencies" and len(requires) < MOST_REQUIRED:
            requires += [name for name in REQUIRED.findall(line.text) if name != "lua"]
    name, version = stated.get("package", ""), stated.get("version", "")
    if name and version[:1].isdigit() and is_sound(name, version):
        licence = spdx_expression(stated.get("license", ""))
        yield language_package(artefact, LUAROCKS, name, version, offset=offset, licence=licence, requires=requires)
