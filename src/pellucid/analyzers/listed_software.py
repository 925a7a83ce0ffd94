"""What bills of materials list, as dependencies."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import quote

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.language_package import MOST_REQUIRED, canonical, is_sound
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.errors import Malformed
from pellucid.formats import licence_names
from pellucid.formats.bills.listed import Listed
from pellucid.formats.distributions import distributions
from pellucid.formats.purl import package_url
from pellucid.formats.purl_parts import Parts, ecosystem, parts

# A bill says what somebody else saw, or meant to put in: less than what is seen here.
LISTED, OPTIONAL = 0.6, 0.4


def dependencies(artefact: Artefact, listed: Iterable[Listed]) -> Iterator[Dependency]:
    """Each piece of software once, by its package URL where it has one.

    What has neither a version nor a package URL is a heading: the image or folder that the bill is about.
    """
    seen = set[tuple[str, ...]]()
    for item in listed:
        name = item.name.replace(" ", "-")
        if (not item.version and not item.purl) or not is_sound(name, item.version.replace(" ", "-")):
            continue
        found = _dependency(artefact, item)
        if found.identity not in seen:
            seen.add(found.identity)
            yield found


def _dependency(artefact: Artefact, item: Listed) -> Dependency:
    plain = Dependency(
        vendor=item.group,
        product=item.name,
        version=item.version,
        purl=package_url("generic", item.name, item.version),
        confidence=OPTIONAL if item.optional else LISTED,
        evidence=(artefact.evidence(item.offset, f"{item.name} {item.version}".strip()),),
        # Tools that write bills make up most of these names.
        cpe_candidates=(item.cpe,) if item.cpe.startswith("cpe:2.3:") and item.cpe.count(":") >= 12 else (),
        licence=licence_names.spdx_expression(item.licence),
        linkage=Linkage.UNSPECIFIED,
        witness=Witness.MANIFEST,
        requires=tuple(dict.fromkeys(item.needs))[:MOST_REQUIRED],
    )
    try:
        found = parts(item.purl)
    except Malformed:
        return plain
    known = ecosystem(found.type)
    version = item.version or found.version
    if known.distribution:
        return _distributed(replace(plain, version=version, purl=item.purl), found)
    name = canonical(found.name) if found.type == "pypi" else found.name
    joined = f"{found.namespace}{known.joined}{name}" if found.namespace and known.joined else name
    maven = found.type == "maven"
    return replace(
        plain,
        vendor=found.namespace if maven else "" if known.ecosystem else item.group,
        product=name if maven else joined,
        source_name=joined if maven else "",
        version=version,
        # Qualifiers such as "type=jar" would make another package of the same.
        purl=_plain_url(found, name, version) if known.ecosystem else item.purl,
        ecosystem=known.ecosystem,
    )


def _plain_url(found: Parts, name: str, version: str) -> str:
    places = (quote(part, safe="") for part in found.namespace.split("/") if part)
    return package_url("/".join((found.type, *places)), name, version)


def _distributed(plain: Dependency, found: Parts) -> Dependency:
    """A package of a distribution: "distro" names the release, "upstream" (Syft) the source package."""
    label = found.qualifiers.get("distro", "")
    distribution = distributions().get(found.namespace) or distributions().get(label.partition("-")[0])
    source, at, number = found.qualifiers.get("upstream", "").rpartition("@")
    return replace(
        plain,
        vendor=distribution.vendor if distribution else found.namespace,
        product=found.name,
        distro=label,
        ecosystem=distribution.universe(label.partition("-")[2]) if distribution else "",
        epoch=found.qualifiers.get("epoch", ""),
        source_name=(source if at else number) or found.name,
        source_version=number if at else plain.version,
    )
