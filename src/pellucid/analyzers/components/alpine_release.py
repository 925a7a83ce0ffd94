"""Alpine Linux itself, from /etc/alpine-release, which is all that older and smaller ones have."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.formats import cpe
from pellucid.formats.distributions import distributions
from pellucid.formats.purl import package_url

VERSION = re.compile(rb"\d{1,2}\.\d{1,3}\.\d{1,3}(?:_[a-z]+\d*)?\n?")

_version = Selector(lambda artefact: artefact.size < 64 and VERSION.fullmatch(artefact.data) is not None)


@analyzer(
    name="alpine_release",
    version=1,
    stage=Stage.COMPONENTS,
    wants=kind("text") & _version,
    most_facts=1,
    named=("etc/alpine-release",),
)
def alpine_release(artefact: Artefact) -> Iterator[Fact]:
    """Name the system and its version, which is all that the file holds; its name says whose it is."""
    version = artefact.window(0, 64).decode("ascii").strip()
    known = distributions()["alpine"]
    yield Dependency(
        vendor=known.vendor,
        product=known.product,
        version=version,
        purl=package_url("generic", known.id, version),
        confidence=1.0,
        linkage=Linkage.UNSPECIFIED,
        cpe=cpe.name(f"o:{known.vendor}:{known.product}", version),
        ecosystem=known.universe(version),
        witness=Witness.METADATA,
        distro=known.label(version),
        evidence=(artefact.evidence(0, version),),
    )
