"""PE images as several analyzers read them, read once and kept in the artefact's memo."""

from itertools import islice

from pellucid.analysis.artefact import Artefact
from pellucid.errors import Malformed
from pellucid.formats import clr_metadata, pe, pe_resources, pe_version

MOST_VERSIONS = 16


def pe_of(artefact: Artefact) -> pe.Image:
    """The headers. Raises Malformed each time it is asked."""
    if "pe" not in artefact.memo:
        try:
            artefact.memo["pe"] = pe.read(artefact.data)
        except Malformed as error:
            artefact.memo["pe"] = error
    kept = artefact.memo["pe"]
    if isinstance(kept, Malformed):
        raise kept
    assert isinstance(kept, pe.Image)
    return kept


def assembly_of(artefact: Artefact) -> clr_metadata.Metadata | None:
    """The metadata of .NET, None when there is none or it cannot be read. Raises Malformed for no PE image."""
    if "clr" not in artefact.memo:
        try:
            artefact.memo["clr"] = clr_metadata.read(artefact.data, pe_of(artefact))
        except Malformed:
            artefact.memo["clr"] = None
    kept = artefact.memo["clr"]
    assert kept is None or isinstance(kept, clr_metadata.Metadata)
    return kept


def version_texts(artefact: Artefact) -> tuple[int, dict[str, str]]:
    """(offset, texts) of the first version resource; (0, {}) when there is none. Raises Malformed."""
    if "versionTexts" not in artefact.memo:
        artefact.memo["versionTexts"] = _version_texts(artefact)
    at, texts = artefact.memo["versionTexts"]
    return at, texts


def _version_texts(artefact: Artefact) -> tuple[int, dict[str, str]]:
    found = (
        item
        for item in pe_resources.resources(artefact.data, pe_of(artefact))
        if isinstance(item, pe_resources.Resource) and item.type == pe_resources.VERSION
    )
    for item in islice(found, MOST_VERSIONS):
        texts = pe_version.strings(artefact.window(item.at, min(item.size, pe_version.LARGEST)))
        if texts:
            return item.at, texts
    return 0, {}
