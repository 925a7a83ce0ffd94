"""Packages that conda has installed, from the records in conda-meta (conda, package and environment metadata)."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import Universe, is_sound, json_object, language_package
from pellucid.domain.file_list import FileList
from pellucid.errors import Malformed
from pellucid.formats import json_document
from pellucid.formats.json_document import Places, text, texts
from pellucid.formats.licence_names import spdx_expression

CONDA = Universe(ecosystem="", purl_type="conda")
MOST_PATHS = 200_000


@analyzer(name="conda_packages", version=1, stage=Stage.COMPONENTS, wants=contains(b'"build_number"') & json_object)
def conda_packages(artefact: Artefact) -> Iterator[Fact]:
    """List a package that conda has installed, and its files relative to the root of the environment.

    The metadata inside a package has neither files nor a channel, and gives nothing.
    """
    try:
        record = json_document.read(artefact.data)
    except Malformed:
        return
    name, version, build = (text(record.get(key)) for key in ("name", "version", "build"))
    files = texts(record.get("files"))
    if not (name and version and build and is_sound(name, version)) or "channel" not in record or "files" not in record:
        return
    subdir = text(record.get("subdir"))
    channel = text(record.get("channel")).rstrip("/").removesuffix(f"/{subdir}").rpartition("/")[2]
    yield language_package(
        artefact,
        CONDA,
        name,
        version,
        offset=Places(artefact.data).of(name),
        seen=f"{name} {version} {build}",
        licence=spdx_expression(text(record.get("license"))),
        requires=(item.split()[0] for item in texts(record.get("depends")) if not item.startswith("__")),
        qualifiers={"build": build, "channel": channel, "subdir": subdir},
    )
    if files:
        yield FileList(manager="conda", package=name, paths=files[:MOST_PATHS])
