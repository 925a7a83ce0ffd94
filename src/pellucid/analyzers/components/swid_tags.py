"""Software by the identification tags that its installer left."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.documents import xml_of
from pellucid.analyzers.listed_software import dependencies
from pellucid.formats.bills.listed import Listed

ANCHOR = b"SoftwareIdentity"
MAKERS = ("softwareCreator", "licensor", "tagCreator")


@analyzer(name="swid_tags", version=1, stage=Stage.COMPONENTS, wants=contains(ANCHOR) & kind("text"))
def swid_tags(artefact: Artefact) -> Iterator[Fact]:
    """Name the software that a SWID tag (ISO/IEC 19770-2) identifies, with its version and who made it.

    Tags of patches and of what is yet to be installed (corpora) identify nothing that is there.
    """
    root = xml_of(artefact)
    if root.name != "SoftwareIdentity" or "true" in (root.attributes.get("patch"), root.attributes.get("corpus")):
        return
    entities = [
        (item.attributes.get("role", "").split(), item.attributes.get("name", "")) for item in root.all("Entity")
    ]
    maker = next((name for role in MAKERS for roles, name in entities if role in roles), "")
    version = root.attributes.get("version", "")
    if version.strip("0.") == "":
        # 0.0 is what stands there when the maker states none.
        version = ""
    listed = Listed(name=root.attributes.get("name", ""), version=version, offset=root.offset, group=maker)
    yield from dependencies(artefact, [listed])
