"""The operating system itself, from os-release, lsb-release or openwrt_release."""

import re
from collections.abc import Iterator, Mapping

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats import cpe
from pellucid.formats.distributions import Distribution, distributions
from pellucid.formats.purl import package_url
from pellucid.formats.system_release import assignments

MARKS = (b"PRETTY_NAME=", b"VERSION_ID=", b"DISTRIB_ID=")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ +-]{0,63}")
VERSION = re.compile(r"\d[A-Za-z0-9._+~-]{0,63}")
# CPE 2.2 ("cpe:/o:fedoraproject:fedora:40") and 2.3 ("cpe:2.3:o:amazon:amazon_linux:2023"), which may end early.
CPE_NAME = re.compile(r"cpe:(?:/|2\.3:)(o):([a-z0-9._-]{1,64}):([a-z0-9._-]{1,64})(?::.*)?")


@analyzer(
    name="os_release",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & contains(*MARKS),
    most_facts=1,
    named=("os-release", "initrd-release", "extension-release.*", "lsb-release", "openwrt_release"),
)
def os_release(artefact: Artefact) -> Iterator[Fact]:
    """Name the operating system with its version, as vendor and product of the CPE dictionary where they are known.

    Its ecosystem is that of its packages: it tells the release of those that do not say it themselves. A snapshot
    has no version.
    """
    found = assignments(artefact.data)
    name = _value(found, "ID") or _value(found, "DISTRIB_ID") or _value(found, "NAME")
    if not ID.fullmatch(name):
        return
    known = distributions().get(name.lower())
    version = _version(known, found)
    vendor, product = _names(known, name, _value(found, "CPE_NAME"))
    ecosystem = known.universe(_stated(known, found) or version) if known else ""
    offset = min(at for key, (_, at) in found.items() if key in ("ID", "DISTRIB_ID", "NAME"))
    yield Dependency(
        vendor=vendor,
        product=product,
        version=version,
        purl=package_url("generic", name.lower(), version),
        confidence=1.0,
        linkage=Linkage.UNSPECIFIED,
        cpe=cpe.name(f"o:{vendor}:{product}", version) if vendor else "",
        ecosystem=ecosystem,
        witness=Witness.METADATA,
        distro=known.label(version) if known else "",
        evidence=(artefact.evidence(offset, _value(found, "PRETTY_NAME") or f"{name} {version}".strip()),),
    )


def _value(found: Mapping[str, tuple[str, int]], key: str) -> str:
    return found.get(key, ("", 0))[0]


def _version(known: Distribution | None, found: Mapping[str, tuple[str, int]]) -> str:
    """The first word of VERSION_ID or DISTRIB_RELEASE, if it is a number; builds of rolling distributions are none."""
    stated = (_value(found, "VERSION_ID") or _value(found, "DISTRIB_RELEASE")).partition(" ")[0]
    return "" if (known and known.rolling) or not VERSION.fullmatch(stated) else stated


def _stated(known: Distribution, found: Mapping[str, tuple[str, int]]) -> str:
    """The version with what openEuler says beside it: VERSION="22.03 (LTS-SP4)"."""
    text = _value(found, "VERSION")
    return known.shown(text, "") if text else ""


def _names(known: Distribution | None, name: str, stated: str) -> tuple[str, str]:
    """Vendor and product: from the table, else from the CPE that the system states, else its own name."""
    if known:
        return known.vendor, known.product
    found = CPE_NAME.fullmatch(stated)
    return (found[2], found[3]) if found else ("", name.lower().replace(" ", "_"))
