"""The format of security databases for apk packages: which version of a package fixed what.

One JSON object for each repository: {distroversion, reponame, packages: [{pkg: {name, secfixes: {version: [names]}}}]},
written by Alpine's secdb tools and by others in its image. Packages are origin packages. Version "0" says that the
package never had it. What is not listed is not known. A record is one vulnerability of one package in one repository,
kept as an object of the same shape with nothing else in it; "vulnerability" says which it is, a string may name two.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.feeds.long_json import beside, elements
from pellucid.advisories.feeds.publications import decoded, encoded, head
from pellucid.domain.statement import AdvisoryRecord, Affected, Standing
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import Reference
from pellucid.errors import Malformed
from pellucid.formats.json_document import mapping, objects, text, texts
from pellucid.formats.version_order import latest
from pellucid.formats.version_order.alpine import apk

# Repositories that belong to no release: the distribution rolls.
ROLLING = {"os": "Wolfi", "chainguard": "Chainguard", "extra-packages": "Chainguard"}
BRANCH = re.compile(r"v\d{1,3}\.\d{1,3}|edge")
BEGINNING = re.compile(rb'\s*\{\s*"apkurl"\s*:')
NEVER = "0"
MOST_VERSIONS = 5000
MOST_NAMES = 5000
LONGEST_NAMES = 500
# Both typos occur: "CVE_2019-2426", "CVE-2021-35940.patch".
CVE = re.compile(r"CVE[-_](\d{4}-\d{4,19})(?!\d)")
NAME = re.compile(
    r"GHSA(?:-[0-9a-z]{4}){3}|(?!CVE)[A-Za-z]{2,10}\d{3,12}(?:-\d{1,6})?|(?!CVE)[A-Za-z]{2,10}(?:-[A-Za-z]{2,4})?(?:-\d+)+"
)
# Notices of vendors, which are about any number of vulnerabilities: no other name of one of them.
NOTICES = ("XSA-", "GNUTLS-SA-")
REFERENCES = {"Alpine": "https://security.alpinelinux.org/vuln/"}


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed, also when it cannot be told for which distribution the file is."""
    around = beside(path, "packages")
    stated = {name: text(around[name]) for name in ("reponame", "distroversion") if text(around.get(name))}
    if not ecosystem(stated):
        raise Malformed(f"{path.name}: names neither a branch of Alpine nor a repository that is known")
    for number, content in enumerate(elements(path, "packages")):
        try:
            package = mapping(mapping(decoded(content)).get("pkg"))
        except Malformed as error:
            yield RawRecord(id=f"{path.name}#{number}", raw=b"", record=None, fault=error.message)
            continue
        name = text(package.get("name"))[:200]
        for found, fixes in _by_vulnerability(package.get("secfixes")).items():
            yield _record(stated, name, found, fixes)


def normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    """A record that was kept: of one vulnerability of one package in one repository. Raises Malformed."""
    document = mapping(decoded(raw))
    packages = [mapping(item.get("pkg")) for item in objects(document.get("packages"))]
    if not packages:
        return None
    fixes = packages[0].get("secfixes")
    found = text(document.get("vulnerability"))
    return _understood(ecosystem(document), text(packages[0].get("name")), found, mapping(fixes))


def recognise(_path: Path, first: bytes) -> str:
    """The distribution whose database begins like this ("alpine", "wolfi", "chainguard"); "" for another file."""
    beginning = head(first)
    if not BEGINNING.match(beginning):
        return ""
    pairs = re.findall(rb'"(reponame|distroversion)"\s*:\s*"([^"\\]{1,40})"', beginning)
    return ecosystem({key.decode(): value.decode("ascii", "replace") for key, value in pairs}).partition(":")[0].lower()


def ecosystem(heading: dict[str, Any]) -> str:
    """ "Alpine:v3.19", "Alpine:edge", "Wolfi", "Chainguard"; "" when the heading says nothing that is known."""
    branch = text(heading.get("distroversion"))
    if not branch:
        return ROLLING.get(text(heading.get("reponame")), "")
    return f"Alpine:{branch}" if BRANCH.fullmatch(branch) else ""


def names(stated: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The CVEs in a string, and the other names: of "CVE-2022-41925 TS-2022-005" and "CVE-2018-16452 (SMB)", say."""
    words = stated.partition("(")[0]
    others = [word for word in words.split() if NAME.fullmatch(word)]
    return tuple(dict.fromkeys(f"CVE-{number}" for number in CVE.findall(words))), tuple(dict.fromkeys(others))


def _by_vulnerability(fixes: Any) -> dict[str, dict[str, list[str]]]:
    """Vulnerability -> version -> the strings that say so. What names none is there as it stands."""
    found: dict[str, dict[str, list[str]]] = {}
    for version, listed in list(mapping(fixes).items())[:MOST_VERSIONS]:
        for stated in texts(listed)[:MOST_NAMES]:
            cves, others = names(stated[:LONGEST_NAMES])
            for name in cves or others[:1] or (stated[:LONGEST_NAMES],):
                found.setdefault(name, {}).setdefault(version, []).append(stated[:LONGEST_NAMES])
    return found


def _record(heading: dict[str, str], package: str, found: str, fixes: dict[str, list[str]]) -> RawRecord:
    place = [heading.get("distroversion", ""), heading.get("reponame", ""), package, found]
    id_ = "/".join(filter(None, place))
    try:
        packages = [{"pkg": {"name": package, "secfixes": fixes}}]
        raw = encoded({**heading, "vulnerability": found, "packages": packages})
    except Malformed as error:
        return RawRecord(id=id_, raw=b"", record=None, fault=error.message)
    record = _understood(ecosystem(heading), package, found, fixes)
    return RawRecord(id=id_, raw=raw, record=record, fault="" if record else "names no vulnerability")


def _understood(universe: str, package: str, found: str, fixes: dict[str, list[str]]) -> AdvisoryRecord | None:
    stated = [names(string) for strings in fixes.values() for string in texts(strings)]
    if not universe or not package or not any(found in (*cves, *others) for cves, others in stated):
        return None
    aliases = (name for cves, others in stated if len(cves) < 2 for name in others)
    address = REFERENCES.get(universe.partition(":")[0], "")
    return AdvisoryRecord(
        id=found,
        aliases=tuple(dict.fromkeys(name for name in aliases if name != found and not name.startswith(NOTICES))),
        references=(Reference(url=address + found, kind="ADVISORY"),) if address else (),
        affected=(_affected(universe, package, fixes),),
    )


def _affected(universe: str, package: str, fixes: dict[str, list[str]]) -> Affected:
    """Where one was fixed more than once, the last time counts: the first was not enough, or came too early."""
    versions = [version for version in fixes if version != NEVER]
    if not versions:
        return Affected(subject=(universe, package), standing=Standing.NOT_AFFECTED, any_version=True)
    return Affected(subject=(universe, package), ranges=(VersionRange(fixed=latest(versions, apk)),))
