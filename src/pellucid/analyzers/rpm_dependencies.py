"""Packages of RPM as dependencies, and whose packages they are."""

from collections import Counter
from collections.abc import Sequence

from pellucid.analysis.artefact import Artefact
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.formats import rpm_database
from pellucid.formats.distributions import Release, by_release_package, by_suffix
from pellucid.formats.licence_names import spdx_expression
from pellucid.formats.purl import package_url
from pellucid.formats.rpm_database import Installed, full_version


def dependency_of(
    artefact: Artefact, item: Installed, whole: Release | None, requires: tuple[str, ...] = ()
) -> Dependency:
    """An installed package on a system of the release `whole`. Packages of other makers are not of its ecosystem."""
    own = _own(item, whole)
    namespace = own.distribution.namespace if own else ""
    version = full_version(item.epoch, item.version, item.release)
    source_name, source_version = rpm_database.source_of(item)
    system = own or whole
    distro = system.label if system else ""
    qualifiers = {"arch": item.architecture, "epoch": item.epoch, "distro": distro, "rpmmod": item.module}
    return Dependency(
        vendor=namespace,
        product=item.name,
        version=version,
        purl=package_url(
            f"rpm/{namespace}" if namespace else "rpm", item.name, f"{item.version}-{item.release}", qualifiers
        ),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        ecosystem=own.ecosystem if own else "",
        licence=spdx_expression(item.licence) or item.licence,
        source_name=source_name,
        source_version=source_version,
        epoch=item.epoch,
        release=item.release,
        distro=distro,
        requires=requires,
        evidence=(artefact.evidence(item.offset, f"{item.name} {version}"),),
    )


def release_of(packages: Sequence[Installed]) -> Release | None:
    """The release that a system is: that of its release package, else what most packages say of themselves."""
    if found := by_release_package({item.name: item.version for item in packages}):
        return found
    stated = (by_suffix(item.release, item.makers) for item in packages)
    known = [item for item in stated if item and not item.distribution.foreign]
    for label, _ in Counter(item.label for item in known).most_common(1):
        return next(item for item in known if item.label == label)
    return None


def _own(item: Installed, whole: Release | None) -> Release | None:
    """Whose package it is: what it says itself, where that is no part of the distribution that it is installed on."""
    stated = by_suffix(item.release, item.makers)
    if whole is None or (stated and stated.distribution.foreign):
        return stated
    return whole if not item.vendor or whole.distribution.packages(*item.makers) else None
