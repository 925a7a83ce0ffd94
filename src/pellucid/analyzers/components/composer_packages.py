"""PHP packages that Composer has installed or pinned, from vendor/composer/installed.json and composer.lock."""

from collections.abc import Iterator
from typing import Any

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import PACKAGIST, is_sound, language_package, plain
from pellucid.domain.dependency import Linkage, Witness
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import json_document
from pellucid.formats.composer import plain_version
from pellucid.formats.json_document import Places, mapping, objects, text, texts
from pellucid.formats.licence_names import any_of

INSTALLED = b'"version_normalized"'
LOCKED = b'"content-hash"'


@analyzer(name="composer_packages", version=1, stage=Stage.COMPONENTS, wants=contains(INSTALLED, LOCKED) & plain)
def composer_packages(artefact: Artefact) -> Iterator[Fact]:
    """List the PHP packages that Composer has installed, or that its lock file pins without those for development."""
    if artefact.window(0, 64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return
    try:
        document = json_document.decode(artefact.data)
    except Malformed as error:
        yield Problem(unit="composer_packages", kind=ProblemKind.MALFORMED, message=error.message)
        return
    packages = objects(document) or objects(mapping(document).get("packages"))
    installed = bool(artefact.offsets(INSTALLED)) and "content-hash" not in mapping(document)
    places = Places(artefact.data)
    for package in packages:
        name, version = text(package.get("name")).lower(), plain_version(text(package.get("version")))
        if "/" in name and "version" in package and is_sound(name, version):
            yield language_package(
                artefact,
                PACKAGIST,
                name,
                version,
                offset=places.of(text(package.get("name"))),
                witness=Witness.PACKAGE if installed else Witness.MANIFEST,
                confidence=1.0 if installed else 0.9,
                linkage=Linkage.DIRECT if installed else Linkage.EXTERNAL,
                licence=_licence(package),
                requires=(needed.lower() for needed in mapping(package.get("require")) if "/" in needed),
            )


def _licence(package: dict[str, Any]) -> str:
    stated = package.get("license")
    return any_of(texts(stated) or (text(stated),))
