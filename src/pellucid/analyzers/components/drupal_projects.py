"""Modules and themes of Drupal, from what its packaging script adds to their .info or .info.yml."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import Universe, is_sound, language_package, plain

DRUPAL = Universe(ecosystem="", purl_type="composer")
SCRIPTS = (b"Information added by Drupal.org packaging script", b"Information added by drupal.org packaging script")
CORE = "drupal"
FIELD = re.compile(rb"^(version|project)\s*[:=]\s*[\"']?([^\s\"']{1,80})", re.MULTILINE)
LARGEST = 64 << 10


@analyzer(name="drupal_projects", version=1, stage=Stage.COMPONENTS, wants=contains(*SCRIPTS) & plain)
def drupal_projects(artefact: Artefact) -> Iterator[Fact]:
    """List a project of Drupal; the parts of one project all state its version."""
    start = min(offset for script in SCRIPTS for offset in artefact.offsets(script))
    stated = {key: value.decode("utf-8", "replace") for key, value in FIELD.findall(artefact.window(start, LARGEST))}
    name, version = stated.get(b"project", ""), stated.get(b"version", "")
    if name and version[:1].isdigit() and is_sound(name, version):
        yield language_package(
            artefact,
            DRUPAL,
            f"drupal/{'core' if name == CORE else name}",
            version,
            offset=start,
            seen=f"{name} {version}",
            cpe=f"cpe:2.3:a:drupal:drupal:{version}:*:*:*:*:*:*:*" if name == CORE else "",
        )
