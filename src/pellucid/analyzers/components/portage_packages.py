"""Packages of Gentoo and others that use Portage, from the environment that it keeps of each."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.formats import portage
from pellucid.formats.licence_names import spdx_expression
from pellucid.formats.purl import package_url

CATEGORY = b"CATEGORY="
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9+_.-]{0,127}")
VERSION = re.compile(r"\d[A-Za-z0-9._]{0,127}")


@analyzer(
    name="portage_packages",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & contains(CATEGORY),
    named=("db/pkg/*/*/environment.bz2/*", "db/pkg/*/*/environment"),
)
def portage_packages(artefact: Artefact) -> Iterator[Fact]:
    """Name the package that an environment was kept of, in the words of the package manager specification.

    Revision r0 is not written in a version. What a package needs depends on settings and is left out.
    """
    found = portage.variables(artefact.data)
    category, name, version = (found.get(key, "") for key in ("CATEGORY", "PN", "PV"))
    if not (NAME.fullmatch(category) and NAME.fullmatch(name) and VERSION.fullmatch(version)):
        return
    revision = found.get("PR", "r0")
    full = version if revision == "r0" else f"{version}-{revision}"
    licence = found.get("LICENSE", "")
    yield Dependency(
        vendor="gentoo",
        product=name,
        version=full,
        purl=package_url(f"ebuild/{category}", name, full, {"slot": found.get("SLOT", "").removesuffix("/0")}),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        licence=spdx_expression(licence) or (licence if " " not in licence else ""),
        source_name=f"{category}/{name}",
        source_version=full,
        release="" if revision == "r0" else revision,
        distro="gentoo",
        evidence=(artefact.evidence(artefact.offsets(CATEGORY)[0], f"{category}/{name}-{full}"),),
    )
