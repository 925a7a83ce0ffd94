"""WordPress, its plugins and themes, from the version and the headers that they state (Plugin Handbook, headers)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import is_sound, plain
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.evidence import Evidence
from pellucid.formats.licence_names import spdx_expression
from pellucid.formats.purl import package_url

CORE = b"$wp_version = '"
PLUGIN, THEME = b"Plugin Name:", b"Theme Name:"
HEAD = 8192
RELEASE = re.compile(rb"\$wp_version = '([0-9][\w.-]{0,40})';")
FIELD = re.compile(r"^[ \t/*#@]*(Plugin Name|Theme Name|Version|License|Text Domain):[ \t]*(.*)$", re.MULTILINE)


@analyzer(name="wordpress_parts", version=1, stage=Stage.COMPONENTS, wants=contains(CORE, PLUGIN, THEME) & plain)
def wordpress_parts(artefact: Artefact) -> Iterator[Fact]:
    """List WordPress itself, a plugin or a theme. These are named by their text domain, which their folder has, too."""
    head = artefact.window(0, HEAD)
    if head.startswith(b"<?php") and (core := RELEASE.search(head)):
        evidence = artefact.evidence(core.start(), core[0])
        yield _part("wordpress", "wordpress", core[1].decode("ascii"), evidence)
    offset = max(head.find(PLUGIN), head.find(THEME))
    opened, closed = head.rfind(b"/*", 0, max(offset, 0)), head.find(b"*/", offset)
    if not 0 <= opened < offset < closed:
        return
    stated: dict[str, str] = {}
    for name, value in FIELD.findall(head[opened:closed].decode("utf-8", "replace")):
        stated.setdefault(name, value.strip())
    title = stated.get("Plugin Name") or stated.get("Theme Name", "")
    name = stated.get("Text Domain") or re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    version = stated.get("Version", "")
    if name and version[:1].isdigit() and is_sound(name, version):
        licence = spdx_expression(stated.get("License", ""))
        yield _part("", name, version, artefact.evidence(offset, f"{title} {version}"), licence)


def _part(vendor: str, product: str, version: str, evidence: Evidence, licence: str = "") -> Dependency:
    place = "generic" if vendor else "generic/wordpress"
    return Dependency(
        vendor=vendor,
        product=product,
        version=version,
        purl=package_url(place, product, version),
        confidence=0.9,
        evidence=(evidence,),
        cpe=f"cpe:2.3:a:{vendor}:{product}:{version}:*:*:*:*:*:*:*" if vendor else "",
        licence=licence,
        linkage=Linkage.EXTERNAL,
        witness=Witness.METADATA,
    )
