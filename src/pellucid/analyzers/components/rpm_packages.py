"""Packages of RPM, from its database in any of its stores (Berkeley DB, ndb, SQLite)."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.domain.file_list import FileList
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed, Unsupported
from pellucid.formats import package_needs, rpm_database
from pellucid.formats.distributions import Release, by_release_package, by_suffix
from pellucid.formats.licence_names import spdx_expression
from pellucid.formats.owned_paths import Room
from pellucid.formats.purl import package_url
from pellucid.formats.rpm_database import Installed, full_version

NAME = "rpm_packages"
MOST_PACKAGES = 50_000
MOST_BROKEN = 100

_database = Selector(lambda artefact: rpm_database.is_database(artefact.data))


@analyzer(name=NAME, version=1, stage=Stage.COMPONENTS, wants=_database, most_facts=2 * MOST_PACKAGES + 200)
def rpm_packages(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that RPM says are installed and their files, with their source packages.

    Whose packages they are is not written in the database. It comes from the package that stands for the release
    (rocky-release, openSUSE-release), else from what most packages say of their maker and their release (.el9, .fc40);
    packages of other makers are not counted to the distribution, whose advisories do not speak of them. What a package
    needs is said by the names of the packages that provide it here.
    """
    reading = _Reading(artefact)
    reading.read()
    release = _release(reading.packages)
    providers = package_needs.providers((item.name, item.provided) for item in reading.packages)
    needed = {name for item in reading.packages for name in item.needed if name.startswith("/")}
    for item, paths in zip(reading.packages, reading.paths, strict=True):
        for path in needed.intersection(paths):
            providers.setdefault(path, item.name)
    for item in reading.packages:
        needs = [(name,) for name in item.needed]
        requires = package_needs.resolved(needs, providers, name=item.name, keep=False)
        yield _dependency(artefact, item, release, requires)
    for item, paths in zip(reading.packages, reading.paths, strict=True):
        if paths:
            yield FileList(manager="rpm", package=item.name, paths=paths)
    if reading.packages or rpm_database.is_certain(artefact.data):
        yield from reading.problems


class _Reading:
    """What a database holds, as far as it can be read."""

    def __init__(self, artefact: Artefact) -> None:
        self._artefact = artefact
        self.packages: list[Installed] = []
        self.paths: list[tuple[str, ...]] = []
        self.problems: list[Problem] = []

    def read(self) -> None:
        room = Room()
        try:
            for blob in rpm_database.stored(self._artefact.data):
                if len(self.packages) >= MOST_PACKAGES or len(self.problems) >= MOST_BROKEN:
                    self._problem(ProblemKind.BUDGET, "more packages than any system has: the rest was not read")
                    return
                try:
                    found = rpm_database.package(blob)
                    paths = room.take(rpm_database.paths(found[1])) if found else ()
                except Malformed as error:
                    self._problem(ProblemKind.MALFORMED, f"a package was not read: {error.message}")
                    continue
                if found:
                    self.packages.append(found[0])
                    self.paths.append(paths)
        except Malformed as error:
            kind = ProblemKind.UNSUPPORTED if isinstance(error, Unsupported) else ProblemKind.MALFORMED
            self._problem(kind, error.message)
        if room.full:
            self._problem(ProblemKind.BUDGET, "the names of the files are too long: not all read")

    def _problem(self, kind: ProblemKind, message: str) -> None:
        self.problems.append(Problem(unit=NAME, kind=kind, message=message))


def _dependency(artefact: Artefact, item: Installed, whole: Release | None, requires: tuple[str, ...]) -> Dependency:
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


def _own(item: Installed, whole: Release | None) -> Release | None:
    """Whose package it is: what it says itself, where that is no part of the distribution that it is installed on."""
    stated = by_suffix(item.release, item.makers)
    if whole is None or (stated and stated.distribution.foreign):
        return stated
    return whole if not item.vendor or whole.distribution.packages(*item.makers) else None


def _release(packages: Sequence[Installed]) -> Release | None:
    """Of the whole system."""
    if found := by_release_package({item.name: item.version for item in packages}):
        return found
    stated = (by_suffix(item.release, item.makers) for item in packages)
    known = [item for item in stated if item and not item.distribution.foreign]
    for label, _ in Counter(item.label for item in known).most_common(1):
        return next(item for item in known if item.label == label)
    return None
