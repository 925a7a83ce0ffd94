"""Images that MCUboot starts."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.errors import Malformed
from pellucid.formats import cpe, mcu_images
from pellucid.formats.purl import package_url

MOST = 64


@analyzer(
    name="mcuboot_images", version=1, stage=Stage.COMPONENTS, wants=contains(mcu_images.MCUBOOT_MAGIC) & kind("data")
)
def mcuboot_images(artefact: Artefact) -> Iterator[Fact]:
    """Tell that an image was made for MCUboot, with the version of the image as evidence.

    The header states the version of what is started; that of the boot loader is not in it.
    """
    places = []
    for offset in artefact.offsets(mcu_images.MCUBOOT_MAGIC)[:MOST]:
        try:
            found = mcu_images.boot_image(artefact.data, offset)
        except Malformed:
            continue
        seen = (
            f"MCUboot image {found.version}, {found.size} bytes for 0x{found.load_address:08x}, flags {found.flags:#x}"
        )
        places.append(artefact.evidence(offset, seen))
    if places:
        yield Dependency(
            vendor="mcuboot",
            product="mcuboot",
            version="",
            purl=package_url("github/mcu-tools", "mcuboot", ""),
            cpe=cpe.name("a:mcu-tools:mcuboot"),
            licence="Apache-2.0",
            linkage=Linkage.EXTERNAL,
            witness=Witness.METADATA,
            confidence=0.9,
            evidence=tuple(places),
        )
