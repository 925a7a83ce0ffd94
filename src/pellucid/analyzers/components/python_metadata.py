"""Python packages that are installed, from their METADATA or PKG-INFO (core metadata specifications)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import PYPI, canonical, is_sound, language_package, plain
from pellucid.formats.header_fields import Field, fields
from pellucid.formats.licence_names import any_of, spdx_expression

ANCHOR = b"Metadata-Version: "
# The name that a requirement begins with (PEP 508).
REQUIREMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
EXTRA = re.compile(r";.*\bextra\s*==")


@analyzer(name="python_metadata", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & plain)
def python_metadata(artefact: Artefact) -> Iterator[Fact]:
    """List a Python package that is installed as a wheel or an egg, by the metadata that it left.

    What it requires only for an extra is left out, and so is a licence that its words do not tell.
    """
    start = artefact.offsets(ANCHOR)[0]
    if artefact.window(0, start).strip(b"\xef\xbb\xbf\r\n"):
        return
    stated = list(fields(artefact.data, start))
    name = next((field for field in stated if field.name == "Name"), None)
    version = next((field.value for field in stated if field.name == "Version"), "")
    if name is None or not version or not is_sound(name.value, version):
        return
    yield language_package(
        artefact,
        PYPI,
        canonical(name.value),
        version,
        offset=name.offset,
        seen=f"Name: {name.value} Version: {version}",
        licence=_licence(stated),
        requires=_requires(stated),
    )


def _licence(stated: list[Field]) -> str:
    for field in stated:
        if field.name == "License-Expression":
            return field.value
    classified = [
        field.value.rpartition(" :: ")[2]
        for field in stated
        if field.name == "Classifier" and field.value.startswith("License :: OSI Approved :: ")
    ]
    own = next((spdx_expression(field.value) for field in stated if field.name == "License"), "")
    return own or any_of(classified)


def _requires(stated: list[Field]) -> Iterator[str]:
    for field in stated:
        if field.name in ("Requires-Dist", "Requires") and not EXTRA.search(field.value):
            found = REQUIREMENT.match(field.value)
            if found:
                yield canonical(found[0])
