"""Gems that are installed, from the specifications that RubyGems writes (Gem::Specification#to_ruby)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import RUBYGEMS, is_sound, language_package, plain
from pellucid.formats.indented_text import lines
from pellucid.formats.licence_names import any_of

FIELD = re.compile(r"\w+\.(name|version|platform) = (?:Gem::Version\.new\()?[\"']([^\"']+)[\"']")
LICENCES = re.compile(r"\w+\.licenses? = (.*)")
STRING = re.compile(r"[\"']([^\"']*)[\"']")
REQUIRED = re.compile(r"\w+\.add_(runtime_|development_|)dependency\(?\s*(?:%q<|[\"'])([A-Za-z0-9._-]+)")
LARGEST = 2 << 20
MOST_LICENCES = 20


@analyzer(
    name="gem_specifications", version=1, stage=Stage.COMPONENTS, wants=contains(b"Gem::Specification.new") & plain
)
def gem_specifications(artefact: Artefact) -> Iterator[Fact]:
    """List a gem that is installed. A specification in a source computes its version, and says nothing."""
    stated: dict[str, str] = {}
    licence, offset = "", 0
    requires: dict[str, set[str]] = {}
    for line in lines(artefact.window(0, LARGEST)):
        if found := FIELD.match(line.text):
            stated.setdefault(found[1], found[2])
            offset = line.offset if found[1] == "name" else offset
        elif found := LICENCES.match(line.text):
            licence = any_of(STRING.findall(found[1])[:MOST_LICENCES])
        elif found := REQUIRED.match(line.text):
            requires.setdefault(found[2], set()).add(found[1])
    name, version = stated.get("name", ""), stated.get("version", "")
    if name and version[:1].isdigit() and is_sound(name, version):
        platform = stated.get("platform", "ruby")
        yield language_package(
            artefact,
            RUBYGEMS,
            name,
            version,
            offset=offset,
            licence=licence,
            # What only development needs is repeated, for old clients, as if it were always needed.
            requires=(needed for needed, kinds in requires.items() if "development_" not in kinds),
            qualifiers={"platform": "" if platform == "ruby" else platform},
        )
