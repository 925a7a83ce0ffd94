"""Perl distributions, from the META.json, MYMETA.json, META.yml and MYMETA.yml in them (CPAN::Meta::Spec)."""

from collections.abc import Iterable, Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import CPAN, is_sound, language_package, plain
from pellucid.domain.dependency import Witness
from pellucid.errors import Malformed
from pellucid.formats import json_document
from pellucid.formats.block_yaml import sections
from pellucid.formats.json_document import Places, mapping, text, texts
from pellucid.formats.licence_names import any_of

JSON, YAML = b'"meta-spec"', b"\nmeta-spec:"
LARGEST = 1 << 20
NO_LICENCE = frozenset({"unknown", "open_source", "restricted", "unrestricted"})


@analyzer(name="perl_distributions", version=1, stage=Stage.COMPONENTS, wants=contains(JSON, YAML) & plain)
def perl_distributions(artefact: Artefact) -> Iterator[Fact]:
    """List a Perl distribution by the metadata that CPAN's clients keep with what they have installed."""
    if artefact.size > LARGEST:
        return
    if artefact.offsets(JSON):
        yield from _of_json(artefact)
        return
    for section in sections(artefact.data, 0):
        stated = section.fields
        name, version = stated.get("name", ""), stated.get("version", "")
        if "generated_by" in stated or "dynamic_config" in stated:
            licence = [stated.get("license", "")]
            place = artefact.data.find(b"name:")
            yield from _distribution(artefact, (name, version, place), licence, section.nested.get("requires", {}))


def _of_json(artefact: Artefact) -> Iterator[Fact]:
    try:
        document = json_document.read(artefact.data)
    except Malformed:
        return
    if "meta-spec" not in document:
        return
    name, stated = text(document.get("name")), document.get("version")
    version = text(stated) or (str(stated) if isinstance(stated, int | float) else "")
    runtime = mapping(mapping(mapping(document.get("prereqs")).get("runtime")).get("requires"))
    place = Places(artefact.data).of(name)
    yield from _distribution(artefact, (name, version, place), texts(document.get("license")), runtime)


def _distribution(
    artefact: Artefact, named: tuple[str, str, int], licences: Iterable[str], requires: Iterable[str]
) -> Iterator[Fact]:
    name, version, place = named
    if name and version and is_sound(name, version):
        yield language_package(
            artefact,
            CPAN,
            name,
            version,
            offset=max(place, 0),
            witness=Witness.MANIFEST,
            confidence=0.9,
            licence=any_of(item for item in licences if item not in NO_LICENCE),
            requires=(item.replace("::", "-") for item in requires if item != "perl"),
        )
