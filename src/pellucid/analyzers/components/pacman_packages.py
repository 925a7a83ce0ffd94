"""Packages of Arch Linux and others that use pacman, from what its local database keeps of each."""

from collections.abc import Iterator, Mapping

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains, kind
from pellucid.domain.dependency import Dependency, Linkage
from pellucid.formats import package_needs
from pellucid.formats.distributions import Distribution, distributions
from pellucid.formats.licence_names import any_of
from pellucid.formats.percent_sections import sections
from pellucid.formats.purl import package_url

# A package that could be installed, in a repository's database, has no such date.
INSTALLED = b"%INSTALLDATE%"
NAME = b"%NAME%"
LONGEST_NAME = 256

_begins = Selector(lambda artefact: artefact.data[: len(NAME)] == NAME)


@analyzer(name="pacman_packages", version=1, stage=Stage.COMPONENTS, wants=kind("text") & contains(INSTALLED) & _begins)
def pacman_packages(artefact: Artefact) -> Iterator[Fact]:
    """Name the package that local/NAME-VERSION/desc describes; the distribution is taken from its packager's address.

    Capabilities that are no names of packages (libz.so=1-64) are left out of what it needs.
    """
    found = sections(artefact.data)
    name, version, architecture = (_one(found, key) for key in ("NAME", "VERSION", "ARCH"))
    if not (0 < len(name) <= LONGEST_NAME and 0 < len(version) <= LONGEST_NAME):
        return
    maker = _maker(_one(found, "PACKAGER"))
    namespace, distro = (maker.namespace, maker.label("")) if maker else ("", "")
    place = f"alpm/{namespace}" if namespace else "alpm"
    epoch, colon, _ = version.partition(":")
    _, hyphen, release = version.rpartition("-")
    needs = package_needs.capabilities(" ".join(found.get("DEPENDS", ())))
    yield Dependency(
        vendor=maker.id if maker else "",
        product=name,
        version=version,
        purl=package_url(place, name.lower(), version, {"arch": architecture}),
        confidence=1.0,
        linkage=Linkage.DIRECT,
        licence=any_of(found.get("LICENSE", ())),
        source_name=_one(found, "BASE") or name,
        source_version=version,
        epoch=epoch if colon else "",
        release=release if hyphen else "",
        distro=distro,
        requires=tuple(need for need in needs if ".so" not in need),
        evidence=(artefact.evidence(0, f"{name} {version}"),),
    )


def _one(found: Mapping[str, tuple[str, ...]], key: str) -> str:
    return next(iter(found.get(key, ())), "")


def _maker(packager: str) -> Distribution | None:
    users = (distributions()[name] for name in ("arch", "archarm", "manjaro", "msys2"))
    return next((item for item in users if item.packages(packager)), None)
