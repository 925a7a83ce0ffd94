"""Haskell packages that are installed, from the database of GHC (package.conf.d/*.conf, Cabal)."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import Universe, is_sound, language_package, plain
from pellucid.formats.header_fields import fields
from pellucid.formats.licence_names import spdx_expression

HACKAGE = Universe(ecosystem="Hackage", purl_type="hackage")


@analyzer(name="haskell_packages", version=1, stage=Stage.COMPONENTS, wants=contains(b"\nexposed-modules:") & plain)
def haskell_packages(artefact: Artefact) -> Iterator[Fact]:
    """List a Haskell package that GHC has registered. The description of a source has no identifier."""
    stated = {field.name: field for field in fields(artefact.data)}
    name, version = stated.get("name"), stated.get("version")
    if name is None or version is None or not {"id", "key"} & stated.keys():
        return
    if version.value and is_sound(name.value, version.value):
        licence = spdx_expression(stated["license"].value) if "license" in stated else ""
        yield language_package(artefact, HACKAGE, name.value, version.value, offset=name.offset, licence=licence)
