"""Applications for Espressif's controllers and the framework that they were built with."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.language_package import is_sound
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.errors import Malformed
from pellucid.formats import cpe, mcu_images
from pellucid.formats.purl import package_url

MOST = 64
# A tag, with the number of commits behind it; without a tag there is only a hash.
RELEASE = re.compile(r"v?(\d{1,2}\.\d{1,3}[\w.-]{0,25})")


@analyzer(
    name="esp_applications",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(mcu_images.ESP_MAGIC) & kind("data", "elf"),
)
def esp_applications(artefact: Artefact) -> Iterator[Fact]:
    """Name an application for ESP-IDF by its descriptor, and the version of ESP-IDF that is linked into it."""
    for offset in artefact.offsets(mcu_images.ESP_MAGIC)[:MOST]:
        try:
            found = mcu_images.application(artefact.data, offset)
        except Malformed:
            continue
        evidence = artefact.evidence(offset, f"{found.name} {found.version}, ESP-IDF {found.framework}, {found.built}")
        stated = RELEASE.fullmatch(found.framework)
        number = stated[1] if stated else ""
        yield Dependency(
            vendor="espressif",
            product="esp-idf",
            version=number,
            purl=package_url("github/espressif", "esp-idf", f"v{number}" if number else ""),
            cpe=cpe.name("a:espressif:esp-idf", number),
            licence="Apache-2.0",
            linkage=Linkage.EMBEDDED,
            witness=Witness.METADATA,
            confidence=0.95,
            evidence=(evidence,),
        )
        if is_sound(found.name.replace(" ", "-"), found.version):
            yield Dependency(
                vendor="",
                product=found.name,
                version=found.version,
                purl=package_url("generic", found.name, found.version),
                linkage=Linkage.PROJECT,
                witness=Witness.METADATA,
                confidence=0.9,
                evidence=(evidence,),
            )
