"""Packages of Debian and its derivatives, from dpkg's status database or a package's own control file."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.formats import package_database, package_needs
from pellucid.formats.distributions import Distribution, Release, by_mark, distributions
from pellucid.formats.package_database import Paragraph
from pellucid.formats.purl import package_url

ANCHOR = b"Package: "
RELEASE_IN_VERSION = re.compile(r"[+~]deb(\d{1,2})u\d")
BASE_FILES = re.compile(r"(\d{1,2})(?:\.\d+)?(?:[+~].*)?$")
# A derivative has changed, or at least rebuilt, more of its packages than anybody adds to a Debian.
LEAST_CHANGED = 0.2

_text = Selector(lambda artefact: artefact.kind not in ("elf", "pe", "png"))


@analyzer(
    name="dpkg_packages",
    version=3,
    stage=Stage.COMPONENTS,
    wants=contains(ANCHOR) & _text,
    most_facts=50_000,
    named=("status", "status.d/*", "control"),
)
def dpkg_packages(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that dpkg says are installed, with the source package that Debian's advisories speak of.

    Whose packages they are, and of which release, is not written in the database. Both are taken from base-files, whose
    version is the release's number; else from the maintainers and versions of all packages, and from a security
    update's suffix (+deb12u1). Without a release the ecosystem is "Debian" alone. What a package needs is said by the
    names of the packages that provide it here. Backups (status-old, dpkg.status.0) name what was installed once.
    """
    packages = list(package_database.installed(artefact.data, "dpkg"))
    release = _release(packages)
    providers = package_needs.providers((item["package"], _provided(item)) for item in packages)
    for package in packages:
        needs = package_needs.clauses(package["pre-depends"], package["depends"])
        requires = package_needs.resolved(needs, providers, name=package["package"])
        yield _dependency(artefact, package, release, requires)


def _dependency(artefact: Artefact, package: Paragraph, release: Release, requires: tuple[str, ...]) -> Dependency:
    name, version = package["package"], package["version"]
    source_name, source_version = package_database.source_of(package)
    distribution = release.distribution
    epoch, colon, rest = version.partition(":")
    return Dependency(
        vendor=distribution.id,
        product=name,
        version=version,
        purl=package_url(
            f"deb/{distribution.namespace}",
            name.lower(),
            version,
            {"arch": package["architecture"], "distro": release.label},
        ),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        ecosystem=release.ecosystem,
        source_name=source_name,
        source_version=source_version,
        epoch=epoch if colon else "",
        release=(rest if colon else version).rpartition("-")[2] if "-" in version else "",
        distro=release.label,
        requires=requires,
        evidence=(artefact.evidence(package.offset, f"Package: {name} Version: {version}"),),
    )


def _provided(package: Paragraph) -> list[str]:
    return [name for clause in package_needs.clauses(package["provides"]) for name in clause]


def _release(packages: Sequence[Paragraph]) -> Release:
    """Of all packages together."""
    base = next((item for item in packages if item["package"] == "base-files"), None)
    if base is None:
        distribution = _commonest(packages)
        return Release(distribution=distribution, version=_newest(packages) if distribution.id == "debian" else "")
    distribution = by_mark(base["version"], base["maintainer"]) or distributions()["debian"]
    if distribution.base_files:
        version = next((known for start, known in distribution.base_files.items() if _is(base["version"], start)), "")
        return Release(distribution=distribution, version=version)
    found = BASE_FILES.match(base["version"])
    return Release(distribution=distribution, version=found[1] if found else "")


def _is(version: str, start: str) -> bool:
    return version == start or version.startswith(start + ".")


def _commonest(packages: Sequence[Paragraph]) -> Distribution:
    marks = Counter(mark.id for item in packages if (mark := by_mark(item["version"], item["maintainer"])))
    for name, count in marks.most_common(1):
        if count >= len(packages) * LEAST_CHANGED:
            return distributions()[name]
    return distributions()["debian"]


def _newest(packages: Sequence[Paragraph]) -> str:
    """The newest release that a security update was made for: what did not change since keeps its old suffix."""
    found = (RELEASE_IN_VERSION.search(item["version"]) for item in packages)
    return max((release[1] for release in found if release), key=int, default="")
