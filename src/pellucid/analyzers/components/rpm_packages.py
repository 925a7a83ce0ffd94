"""Packages of RPM, from its database in any of its stores (Berkeley DB, ndb, SQLite)."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.analyzers.rpm_dependencies import dependency_of, release_of
from pellucid.domain.file_list import FileList
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed, Unsupported
from pellucid.formats import package_needs, rpm_database
from pellucid.formats.owned_paths import Room
from pellucid.formats.rpm_database import Installed

NAME = "rpm_packages"
MOST_PACKAGES = 50_000
MOST_BROKEN = 100

_database = Selector(lambda artefact: rpm_database.is_database(artefact.data))


@analyzer(
    name=NAME,
    version=1,
    stage=Stage.COMPONENTS,
    wants=_database,
    most_facts=2 * MOST_PACKAGES + 200,
    named=("Packages", "Packages.db", "rpmdb.sqlite"),
)
def rpm_packages(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that RPM says are installed and their files, with their source packages.

    Whose packages they are is not written in the database. It comes from the package that stands for the release
    (rocky-release, openSUSE-release), else from what most packages say of their maker and their release (.el9, .fc40);
    packages of other makers are not counted to the distribution, whose advisories do not speak of them. What a package
    needs is said by the names of the packages that provide it here. Backups, which name what was installed once, are
    called otherwise.
    """
    reading = _Reading(artefact)
    reading.read()
    release = release_of(reading.packages)
    providers = package_needs.providers((item.name, item.provided) for item in reading.packages)
    needed = {name for item in reading.packages for name in item.needed if name.startswith("/")}
    for item, paths in zip(reading.packages, reading.paths, strict=True):
        for path in needed.intersection(paths):
            providers.setdefault(path, item.name)
    for item in reading.packages:
        needs = [(name,) for name in item.needed]
        requires = package_needs.resolved(needs, providers, name=item.name, keep=False)
        yield dependency_of(artefact, item, release, requires)
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
