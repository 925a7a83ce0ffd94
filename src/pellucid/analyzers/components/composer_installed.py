"""PHP packages that Composer has installed, from vendor/composer/installed.php."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import PACKAGIST, is_sound, language_package, plain
from pellucid.formats.composer import installed


@analyzer(
    name="composer_installed", version=1, stage=Stage.COMPONENTS, wants=contains(b"'pretty_version' => '") & plain
)
def composer_installed(artefact: Artefact) -> Iterator[Fact]:
    """List the PHP packages that Composer has installed, from the table that its autoloader reads."""
    if not artefact.window(0, 64).lstrip().startswith(b"<?php return array("):
        return
    for package in installed(artefact.data):
        if is_sound(package.name, package.version):
            yield language_package(artefact, PACKAGIST, package.name, package.version, offset=package.offset)
