"""Distributions of packages: which one made them, and what advisories and package URLs call it.

The table is distributions.toml. Names of ecosystems are those of the OSV schema.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import msgspec

NUMBERS = r"\d{1,8}(?:\.\d{1,8}){0,3}"
LTS_PACK = "{lts_pack}"


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table; what its fields mean stands there."""

    id: str
    vendor: str
    product: str
    ecosystem: str = ""
    namespace: str = ""
    packagers: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    suffix: str = ""
    releases: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    version: str = ""
    rolling: bool = False
    foreign: bool = False
    base_files: Mapping[str, str] = msgspec.field(default_factory=dict)

    def label(self, version: str) -> str:
        """As in a purl's qualifier: "debian-12"; empty where the release is not known."""
        if self.rolling:
            return self.id.lower()
        return f"{self.id.lower()}-{version}" if version else ""

    def universe(self, version: str) -> str:
        """The ecosystem of a release ("Alpine:v3.19"), or without one ("Alpine")."""
        if not self.ecosystem or not version:
            return self.ecosystem if "{" not in self.ecosystem else self.ecosystem.partition(":")[0]
        major, minor = version.partition(".")[0], ".".join(version.split(".")[:2])
        return self.ecosystem.format(
            version=version,
            major=major,
            minor=minor,
            pack=_pack(version),
            lts=_lts(version),
            lts_pack=_lts_pack(version),
        )

    def shown(self, stated: str, numbers: str) -> str:
        """How a version is written: its numbers, but for openEuler, whose long-lived releases count apart."""
        return _lts_pack(stated[:40]) if LTS_PACK in self.ecosystem else numbers

    def packages(self, *packagers: str) -> bool:
        """Whether one of these texts names it as the maker of a package."""
        return any(mark in packager for mark in self.packagers for packager in packagers)


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution in one version, which may be unknown."""

    distribution: Distribution
    version: str = ""

    @property
    def label(self) -> str:
        return self.distribution.label(self.version)

    @property
    def ecosystem(self) -> str:
        return self.distribution.universe(self.version)


@cache
def distributions() -> Mapping[str, Distribution]:
    """All that are known, by id in lower case, in the order of the table."""
    text = Path(__file__).with_name("distributions.toml").read_text(encoding="utf-8")
    found = {}
    for row in tomllib.loads(text)["distribution"]:
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
        found[row["id"].lower()] = Distribution(**{"namespace": row["id"].lower(), **values})
    return found


def by_release_package(versions: Mapping[str, str]) -> Release | None:
    """The distribution whose release package is among these (name -> upstream version), else one that has a member."""
    for item in distributions().values():
        for name in item.releases:
            if name in versions and (stated := re.match(item.version or NUMBERS, versions[name])):
                version = "" if item.rolling else item.shown(versions[name], stated[0])
                return Release(distribution=item, version=version)
    for item in distributions().values():
        if any(name in versions for name in item.members):
            return Release(distribution=item)
    return None


def by_suffix(release: str, packagers: Iterable[str]) -> Release | None:
    """The distribution that built an rpm, from the package's release and the makers it states."""
    for item in distributions().values():
        if item.suffix and item.packages(*packagers) and (found := re.search(item.suffix, release)):
            version = ".".join(group for group in found.groups() if group)
            return Release(distribution=item, version=item.shown(version, version))
    return None


def by_mark(version: str, maintainer: str) -> Distribution | None:
    """The derivative of Debian that changed a package."""
    for item in distributions().values():
        if any(mark in version for mark in item.marks) or (item.marks and item.packages(maintainer)):
            return item
    return None


def _pack(version: str) -> str:
    major, _, pack = version.partition(".")
    return f"{major} SP{pack}" if pack and pack != "0" else major


def _lts(version: str) -> str:
    year, _, month = version.partition(".")
    return ":LTS" if month[:2] == "04" and year.isdigit() and int(year) % 2 == 0 else ""


def _lts_pack(version: str) -> str:
    """ "22.03LTS_SP4", "22.03 (LTS-SP4)" and "22.03.4" are 22.03-LTS-SP4."""
    found = re.match(r"(\d\d\.\d\d)(?:.{0,8}?SP|\.)?(\d)?", version)
    if found is None:
        return version
    return f"{found[1]}-LTS" + (f"-SP{found[2]}" if found[2] else "")
