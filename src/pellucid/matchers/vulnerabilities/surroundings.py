"""The surroundings of a dependency in its image: which platforms are there, as far as can be told."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from pellucid.analysis.matcher import Inventory
from pellucid.domain.dependency import Dependency
from pellucid.domain.statement import Affected, Platform, Subject
from pellucid.formats.distributions import distributions
from pellucid.formats.version_ranges import affects
from pellucid.matchers.vulnerabilities import systems
from pellucid.matchers.vulnerabilities.aliases import cpe_subject, names_of
from pellucid.matchers.vulnerabilities.authors_versions import authors_version
from pellucid.matchers.vulnerabilities.systems import System

LINUX = "linux"


class Surroundings:
    """What an image says of the conditions that statements make."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def fulfilled(self, affected: Affected) -> bool | None:
        """Whether all that the statement asks for besides is there; None when that cannot be told of all of it."""
        unknown = False
        for group in affected.only_with:
            found = [self.has(platform) for platform in group]
            if True in found:
                continue
            if None not in found and found:
                return False
            unknown = True
        return None if unknown else True

    def has(self, platform: Platform) -> bool | None:
        """Whether a platform is there. Absence is told of operating systems only, and of other versions than wanted."""
        found = cpe_subject(platform.cpe)
        if found is None:
            return None
        subject, wanted = found
        stated = self._versions.get(subject)
        if stated is not None:
            fitting = [_fits(platform, subject, wanted, version) for version in stated]
            return True if True in fitting else None if None in fitting else False
        return self._runs(subject[1], wanted) if subject[0] == "cpe:o" else None

    @cached_property
    def _versions(self) -> Mapping[Subject, set[str]]:
        """Versions of what is there, by all its names; empty where one is not known."""
        found: dict[Subject, set[str]] = defaultdict(set)
        for item in self._inventory.dependencies:
            for text in (item.cpe, *item.cpe_candidates[:1]):
                if named := cpe_subject(text):
                    for alias in names_of(named[0]):
                        found[alias].add(authors_version(item) if item.version else "")
        return found

    @cached_property
    def _formats(self) -> frozenset[str]:
        return frozenset(item.format for item in self._inventory.components)

    @cached_property
    def _distributions(self) -> Mapping[str, set[str]]:
        """Distributions whose packages are installed, by vendor:product, with their versions."""
        found: dict[str, set[str]] = defaultdict(set)
        for item in self._inventory.dependencies:
            for label, version in _releases(item):
                if row := distributions().get(label):
                    found[f"{row.vendor}:{row.product}"].add(version)
        return found

    def fits_target(self, target: str) -> bool | None:
        """Whether software made for `target` (target_sw of a CPE name) is what an image like this can have.

        Most targets are what plug-ins are made for, and another product than the one that is called the same.
        """
        if system := systems.of_target(target):
            return self._runs_system(system)
        return any(name.endswith(f":{target}") for _, name in self._versions)

    def _runs(self, name: str, version: str) -> bool | None:
        """Whether an operating system that is no dependency is the one of the image."""
        if systems.is_distribution(name):
            return self._is_release(name, version)
        system = systems.of_product(name)
        return self._runs_system(system) if system else None

    def _runs_system(self, system: System) -> bool | None:
        if self._formats and not self._formats & system.formats:
            return False
        if self._distributions or ("cpe:o", "linux:linux_kernel") in self._versions:
            # Programs of one format are those of one system; others may lie beside them.
            return True if system.name == LINUX else False if system.formats == {"elf"} else None
        return None

    def _is_release(self, name: str, version: str) -> bool | None:
        if not self._distributions:
            return None
        releases = self._distributions.get(name)
        if releases is None or not version:
            return releases is not None
        # "9.0" is said of all of Debian 9; of Ubuntu "22.04" is one, and "22" none.
        wanted, known = _numbers(version), [_numbers(release) for release in releases if release]
        return any(wanted[: len(release)] == release for release in known) if known else None


def _numbers(version: str) -> list[str]:
    return version.split(":", maxsplit=1)[0].removeprefix("v").split(".")


def _fits(platform: Platform, subject: Subject, wanted: str, version: str) -> bool | None:
    if not wanted and not platform.ranges:
        return True
    if not version:
        return None
    return bool(affects(Affected(subject=subject, ranges=platform.ranges, versions=(wanted,) * bool(wanted)), version))


def _releases(item: Dependency) -> Iterator[tuple[str, str]]:
    if item.distro:
        name, _, version = item.distro.rpartition("-")
        yield (name, version) if name else (item.distro, "")
    elif item.purl.startswith(("pkg:deb/", "pkg:apk/", "pkg:rpm/")):
        yield item.vendor, ""
