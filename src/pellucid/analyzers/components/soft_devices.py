"""Bluetooth stacks of Nordic Semiconductor in flash images."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.errors import Malformed
from pellucid.formats import mcu_images
from pellucid.formats.purl import package_url

MOST = 16


@analyzer(
    name="soft_devices", version=1, stage=Stage.COMPONENTS, wants=contains(mcu_images.SOFTDEVICE_MAGIC) & kind("data")
)
def soft_devices(artefact: Artefact) -> Iterator[Fact]:
    """Name the SoftDevice in an image for Nordic's controllers, with the version that its information states."""
    for offset in artefact.offsets(mcu_images.SOFTDEVICE_MAGIC)[:MOST]:
        try:
            found = mcu_images.soft_device(artefact.data, offset)
        except Malformed:
            continue
        name = f"s{found.number}_softdevice" if found.number else "softdevice"
        yield Dependency(
            vendor="nordicsemi",
            product=name,
            version=found.version,
            purl=package_url("generic", name, found.version),
            linkage=Linkage.DIRECT,
            witness=Witness.METADATA,
            confidence=0.9,
            evidence=(artefact.evidence(offset, f"{name} {found.version} firmware id 0x{found.firmware_id:04x}"),),
        )
