"""Debian's archive through a private apt root: the package index of a release and architecture, and downloads from it.

Nothing of the machine is changed: apt.conf(5) says where everything lies, packages are never installed.
"""

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pellucid.formats import version_order

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
FIELDS = ("Package", "Source", "Version", "Architecture", "Size", "Homepage")
# Packages without programs or libraries of their own, or with those of an interpreter's modules.
IDLE = re.compile(
    r"^(?:gir1\.2|python3?|ruby|lua|php|node|golang|librust|libghc|r-cran|elpa|ocaml|octave|tcl)-"
    r"|-(?:dev|dbg|dbgsym|doc|tests?|examples?|data|common|headers|source|perl|ruby|java|jni|udeb|ocaml)$|-dev-|-dbg$"
    r"|^lib.*-(?:ocaml|perl|java)$"
)
MOST_PACKAGES = 6
MOST_BYTES = 4_500_000
AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Package:
    """A binary package; `source_version` is the version of its source package, `size` that of the .deb in bytes."""

    name: str
    source: str
    source_version: str
    size: int
    homepage: str


@dataclass(frozen=True)
class Release:
    """One suite for one architecture ("bookworm", "mipsel"), with a private apt root below `work`."""

    suite: str
    architecture: str
    work: Path

    @property
    def name(self) -> str:
        return f"{self.suite}-{self.architecture}"

    @property
    def root(self) -> Path:
        return self.work / "apt" / self.name

    def update(self, mirror: str) -> None:
        """Write the configuration and fetch the index."""
        for folder in ("etc/parts", "lists/partial", "archives/partial"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / "status").touch()
        line = f"deb [signed-by={KEYRING}] {mirror} {self.suite} main\n"
        (self.root / "sources.list").write_text(line, encoding="utf-8")
        (self.root / "apt.conf").write_text(self._configuration(), encoding="utf-8")
        self._apt("-qq", "update", cwd=self.root)

    def index(self) -> dict[str, list[Package]]:
        """Source package -> its binary packages that may hold programs or libraries, short names first."""
        found: dict[str, list[Package]] = defaultdict(list)
        for path in sorted((self.root / "lists").glob("*_Packages")):
            for package in _packages(path):
                found[package.source].append(package)
        for source, packages in found.items():
            # What an older version of the source left behind in an unstable suite is not part of this one.
            newest = version_order.latest([package.source_version for package in packages], version_order.order("dpkg"))
            current = [package for package in packages if package.source_version == newest]
            found[source] = sorted(current, key=lambda item: (item.name != item.source, len(item.name), item.name))
        return found

    def download(self, packages: Sequence[Package], folder: Path) -> None:
        """Download to `folder`, some hundred at a time. A package that is gone from the mirror is left out."""
        folder.mkdir(parents=True, exist_ok=True)
        for start in range(0, len(packages), AT_ONCE):
            names = [package.name for package in packages[start : start + AT_ONCE]]
            self._apt("-qq", "download", *names, cwd=folder, is_checked=False)

    def _apt(self, *arguments: str, cwd: Path, is_checked: bool = True) -> None:
        environment = {"APT_CONFIG": str(self.root / "apt.conf"), "PATH": os.defpath, "LC_ALL": "C"}
        subprocess.run(["apt-get", *arguments], cwd=cwd, env=environment, check=is_checked)

    def _configuration(self) -> str:
        root = self.root
        values = {
            "Dir::Etc::parts": root / "etc/parts",
            "Dir::Etc::main": root / "etc/none",
            "Dir::Etc::sourcelist": root / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State": root,
            "Dir::State::lists": root / "lists",
            "Dir::State::status": root / "status",
            "Dir::Cache": root,
            "Dir::Cache::archives": root / "archives",
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
            "Acquire::Languages": "none",
            "Acquire::GzipIndexes": "false",
            "Acquire::Retries": "5",
            "Acquire::Check-Valid-Until": "false",
            "APT::Sandbox::User": "root",
        }
        return "".join(f'{key} "{value}";\n' for key, value in values.items())


def chosen(packages: Sequence[Package]) -> list[Package]:
    """The packages of one source that are looked at: at most six, and not gigabytes."""
    taken: list[Package] = []
    total = 0
    for package in packages:
        if len(taken) >= MOST_PACKAGES or total + package.size > MOST_BYTES:
            continue
        taken.append(package)
        total += package.size
    return taken or sorted(packages, key=lambda package: package.size)[:1]


def _packages(path: Path) -> Iterator[Package]:
    fields: dict[str, str] = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line == "\n":
                yield from _package(fields)
                fields = {}
            elif line[0] != " ":
                key, _, value = line.partition(": ")
                if key in FIELDS:
                    fields[key] = value.strip()
    yield from _package(fields)


def _package(fields: dict[str, str]) -> Iterator[Package]:
    name = fields.get("Package", "")
    if not name or fields["Architecture"] == "all" or IDLE.search(name):
        return
    source, _, version = fields.get("Source", name).partition(" ")
    yield Package(
        name=name,
        source=source,
        source_version=version.strip("()") or fields["Version"],
        size=int(fields["Size"]),
        homepage=fields.get("Homepage", ""),
    )
