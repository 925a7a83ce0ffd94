"""Known vulnerabilities: dependencies that published advisories say are affected."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pellucid.analysis.finding_key import finding_key
from pellucid.analysis.matcher import AdvisoryIndex, Inventory, matcher
from pellucid.domain.advisory import Advisory
from pellucid.domain.dependency import Dependency, Linkage, upstream_name
from pellucid.domain.finding import Finding, FindingType
from pellucid.formats.advisory_ranges import affects, range_of
from pellucid.formats.version_order import comparator, latest

NAME = "known_vulnerabilities"
TYPE = FindingType.DEPENDENCY_VULNERABILITY
# How much a match says: the distribution's own data; the authors' versions; those of a build by a distribution, which
# usually carries fixes under the old version number.
BY_DISTRIBUTION, BY_VERSION, BY_VERSION_OF_A_BUILD = 0.95, 0.6, 0.3
MOST_EVIDENCE = 64
BUILT_BY = re.compile(r"Debian|Ubuntu|[+~]deb\d+u\d|OpenWrt|-r\d+\b")
VERSION_CAVEAT = "Matched by the authors' version number alone: a vendor may have applied the fix without changing it."
BUILD_CAVEAT = (
    "Matched by the authors' version number alone, and what was seen names the build of a distribution: it may carry "
    "the fix under this version. Check the distribution's advisories."
)
# Source packages whose name is not the product's.
SOURCE_NAMES = {"hostapd": "wpa", "wpa_supplicant": "wpa", "linux_kernel": "linux"}

Match = tuple[Dependency, Advisory]


@matcher(name=NAME, version=2)
def known_vulnerabilities(inventory: Inventory, advisories: AdvisoryIndex) -> Iterator[Finding]:
    """Join dependencies with advisories, one finding for each CVE and product.

    Packages of a distribution are matched by source package and with the distribution's own order of versions;
    software recognised from its bytes by upstream versions, with less confidence, because fixes may have been
    back-ported. When an image has the distribution's package of the same software, the distribution decides.
    Dependencies without a version are never matched, nor are compilers that only built what is there. The finding
    outlives versions: its key has none.
    """
    release = _only_release(inventory.dependencies)
    packaged = _packaged(inventory.dependencies)
    found: dict[tuple[str, str, str], list[Match]] = defaultdict(list)
    for stated in inventory.dependencies:
        dependency = _with_release(stated, release)
        version = _version(dependency)
        if not version or dependency.linkage is Linkage.BUILD or _is_packaged(dependency, packaged):
            continue
        order = comparator(dependency.ecosystem)
        for advisory in advisories.about(dependency):
            if affects(advisory, version, order):
                found[advisory.cve, *_subject(dependency)].append((dependency, advisory))
    for (cve, vendor, product), matches in sorted(found.items()):
        yield _finding(cve, vendor, product, matches)


def _finding(cve: str, vendor: str, product: str, matches: Sequence[Match]) -> Finding:
    dependency, advisory = matches[0]
    best = next((item for _, item in matches if item.cvss_score is not None), advisory)
    fixed = _fixed(matches)
    versions = sorted({item.version for item, _ in matches})
    confidence = max(_trust(item)[0] * item.confidence for item, _ in matches)
    evidence = tuple(dict.fromkeys(place for item, _ in matches for place in item.evidence))[:MOST_EVIDENCE]
    label = product.replace("_", " ")
    return Finding(
        key=finding_key(NAME, TYPE, cve, vendor, product),
        class_="vulnerability",
        type=TYPE,
        severity=best.severity,
        name=cve,
        title=f"{cve} in {label} {', '.join(versions)}",
        description=" ".join(filter(None, (best.summary, _trust(dependency)[1]))),
        evidence=evidence,
        identifiers=(("cve", cve),) if cve.startswith("CVE-") else (("advisory", cve),),
        recommended_action=(
            f"Update {label} to {fixed} or later." if fixed else f"No fixed version of {label} is known: mitigate."
        ),
        known_fixed_version=fixed,
        is_kev=any(item.kev_since for _, item in matches),
        cvss_score=best.cvss_score,
        confidence=round(confidence, 3),
        dependency=dependency.identity,
        dependencies=tuple(dict.fromkeys(item.identity for item, _ in matches)),
        references=tuple(dict.fromkeys(url for _, item in matches for url in item.references)),
    )


def _fixed(matches: Sequence[Match]) -> str:
    """The version that is free of it, for the highest of the versions found."""
    fixed = []
    for dependency, advisory in matches:
        affected = range_of(advisory, _version(dependency), comparator(dependency.ecosystem))
        if affected and affected.fixed:
            fixed.append(affected.fixed)
    return latest(fixed, comparator(matches[0][0].ecosystem)) if fixed else ""


def _trust(dependency: Dependency) -> tuple[float, str]:
    """How much a match says, and what to tell the reader about it."""
    if dependency.ecosystem:
        return BY_DISTRIBUTION, ""
    if any(BUILT_BY.search(place.seen) for place in dependency.evidence):
        return BY_VERSION_OF_A_BUILD, BUILD_CAVEAT
    return BY_VERSION, VERSION_CAVEAT


def _version(dependency: Dependency) -> str:
    """What advisories compare: the source package's version, else the upstream version that a CPE carries."""
    if dependency.ecosystem:
        return dependency.source_version or dependency.version
    parts = dependency.cpe.split(":")
    return parts[5] if len(parts) == 13 and parts[5] not in ("*", "-") else dependency.version


def _subject(dependency: Dependency) -> tuple[str, str]:
    if dependency.ecosystem:
        return dependency.vendor, dependency.source_name or dependency.product
    return upstream_name(dependency)


def _only_release(dependencies: Sequence[Dependency]) -> dict[str, str]:
    """Distribution -> ecosystem with release, where the image has exactly one."""
    releases: dict[str, set[str]] = defaultdict(set)
    for dependency in dependencies:
        if ":" in dependency.ecosystem:
            releases[dependency.ecosystem.partition(":")[0]].add(dependency.ecosystem)
    return {name: next(iter(found)) for name, found in releases.items() if len(found) == 1}


def _with_release(dependency: Dependency, release: dict[str, str]) -> Dependency:
    """A package whose release is not known has that of the others (images with a file for each package)."""
    return replace(dependency, ecosystem=release.get(dependency.ecosystem, dependency.ecosystem))


def _packaged(dependencies: Sequence[Dependency]) -> frozenset[tuple[str, str]]:
    """(source package, upstream part of its version) of the packages of distributions that publish advisories."""
    return frozenset(
        (item.source_name, re.split(r"[-+~]", item.source_version.rpartition(":")[2])[0].removesuffix(".dfsg"))
        for item in dependencies
        if item.ecosystem
    )


def _is_packaged(dependency: Dependency, packaged: frozenset[tuple[str, str]]) -> bool:
    name = SOURCE_NAMES.get(dependency.product, dependency.product)
    return not dependency.ecosystem and (name, dependency.version) in packaged
