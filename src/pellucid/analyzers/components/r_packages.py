"""R packages that are installed, from their DESCRIPTION (Writing R Extensions, 1.1.1)."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import CRAN, is_sound, language_package, plain
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.formats.header_fields import fields
from pellucid.formats.licence_names import spdx_expression
from pellucid.formats.purl import package_url

BUILT = b"\nBuilt: R "
REQUIRED = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9.]*)")


@analyzer(name="r_packages", version=1, stage=Stage.COMPONENTS, wants=contains(BUILT) & plain)
def r_packages(artefact: Artefact) -> Iterator[Fact]:
    """List an R package that is installed.

    The packages that are a part of R have its version: `base` alone is listed, as R itself.
    """
    stated = {field.name: field for field in fields(artefact.data)}
    values = {name: field.value for name, field in stated.items()}
    name, version = values.get("Package", ""), values.get("Version", "")
    if not name or not version or "Built" not in values or not is_sound(name, version):
        return
    if values.get("Priority") != "base":
        yield language_package(
            artefact,
            CRAN,
            name,
            version,
            offset=stated["Package"].offset,
            seen=f"Package: {name} Version: {version}",
            licence=spdx_expression(values.get("License", "")),
            requires=_required(f"{values.get('Depends', '')},{values.get('Imports', '')}"),
        )
    elif name == "base":
        yield Dependency(
            vendor="",
            product="r",
            version=version,
            purl=package_url("generic", "r", version),
            confidence=1.0,
            evidence=(artefact.evidence(stated["Package"].offset, f"Package: {name} Version: {version}"),),
            linkage=Linkage.DIRECT,
        )


def _required(text: str) -> Iterator[str]:
    return (name for name in REQUIRED.findall(text) if name != "R")
