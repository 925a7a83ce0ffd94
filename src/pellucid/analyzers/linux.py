"""The Linux kernel as a dependency, where something was built for it."""

from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.domain.evidence import Evidence
from pellucid.formats import cpe, kernel_release
from pellucid.formats.purl import package_url


def kernel(release: str, confidence: float, *evidence: Evidence) -> Dependency:
    """The kernel of a release ("6.1.0-50-marvell"), without a version where distributions freeze it."""
    version, bounds = kernel_release.version(release)
    return Dependency(
        vendor="linux",
        product="linux_kernel",
        version=version,
        version_range=bounds,
        purl=package_url("generic", "linux_kernel", version),
        cpe=cpe.name("o:linux:linux_kernel", version),
        licence="GPL-2.0-only",
        linkage=Linkage.DERIVED,
        witness=Witness.METADATA,
        confidence=confidence,
        evidence=evidence,
    )
