"""Assemblies of .NET, as the packages that bring them."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_packages import NUGET
from pellucid.analyzers.language_package import is_sound, language_package
from pellucid.analyzers.windows import assembly_of, version_texts
from pellucid.domain.dependency import Dependency, Linkage, Witness
from pellucid.errors import Malformed
from pellucid.formats import clr_metadata, cpe
from pellucid.formats.purl import package_url

# What a package's version can look like; behind it compilers put the hash of a commit.
VERSION = re.compile(r"(\d{1,9}(?:\.\d{1,9}){1,3}(?:-[0-9A-Za-z.-]{1,64})?)(?:\+.*|\s.*|@.*)?")
# Frameworks whose assemblies are no packages of NuGet: what they are, by the name of the product.
FRAMEWORKS = {
    "Mono Common Language Infrastructure": ("mono-project", "mono"),
    "Microsoft® .NET Framework": ("microsoft", ".net_framework"),
}
BY_PRODUCT, BY_FILE = 0.7, 0.5
UNSTATED = frozenset(("0.0.0", "1.0.0", "1.0.0.0", ""))


@analyzer(name="dotnet_assemblies", version=1, stage=Stage.COMPONENTS, wants=contains(clr_metadata.MAGIC) & kind("pe"))
def dotnet_assemblies(artefact: Artefact) -> Iterator[Fact]:
    """Name an assembly by its metadata, with the version of the product that its version resource states.

    Most packages of NuGet bring an assembly of their own name, and compilers put the package's version into the
    resource, while the assembly's own often stands still; so both are likely, not certain. Assemblies of translations
    belong to the one they translate and are left out, as are those that nobody gave a version. The assemblies of Mono
    and of the .NET Framework have numbers of their own, which are not the framework's version.
    """
    try:
        found = assembly_of(artefact)
        at, texts = version_texts(artefact)
    except Malformed:
        return
    own = found.assembly if found else None
    if own is None or own.culture:
        return
    if framework := FRAMEWORKS.get(texts.get("ProductName", "")):
        yield _framework(artefact, *framework, at, f"{texts['ProductName']} {texts.get('ProductVersion', '')}")
        return
    stated = (
        (texts.get("ProductVersion", ""), BY_PRODUCT),
        (texts.get("FileVersion", ""), BY_FILE),
        (own.version, BY_FILE),
    )
    found_versions = ((VERSION.fullmatch(text), confidence) for text, confidence in stated)
    version, confidence = next(
        ((item[1], sure) for item, sure in found_versions if item and _stated(item[1])), ("", 0.0)
    )
    if not version or not is_sound(own.name, version):
        return
    seen = " ".join(filter(None, (own.name, own.version, texts.get("ProductVersion"), texts.get("CompanyName"))))
    yield language_package(
        artefact,
        NUGET,
        own.name,
        version,
        offset=at or own.at,
        seen=seen,
        witness=Witness.METADATA,
        confidence=confidence,
        linkage=Linkage.DIRECT,
    )


def _framework(artefact: Artefact, vendor: str, product: str, offset: int, seen: str) -> Dependency:
    return Dependency(
        vendor=vendor,
        product=product,
        version="",
        purl=package_url("generic", product, ""),
        cpe=cpe.name(f"a:{vendor}:{product}"),
        linkage=Linkage.DIRECT,
        witness=Witness.METADATA,
        confidence=0.8,
        evidence=(artefact.evidence(offset, seen),),
    )


def _stated(version: str) -> bool:
    """Whether somebody chose this version: compilers write 1.0.0 or zeros where nobody did."""
    return version not in UNSTATED and version.strip("0.") != ""
