"""Artefacts of Maven by their project files."""

import re
from collections.abc import Iterator, Mapping

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.analyzers.built_packages import is_artefact, maven_package
from pellucid.analyzers.documents import xml_of
from pellucid.formats import licence_addresses, licence_names
from pellucid.formats.xml_document import Element

ANCHOR = b"<modelVersion>"
REFERENCE = re.compile(r"\$\{([\w.-]{1,100})\}")
DEEPEST = 4
# Scopes of what is there when the artefact runs; the others are for its tests, or given by its surroundings.
RUNTIME = frozenset(("", "compile", "runtime"))


@analyzer(
    name="maven_poms",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(ANCHOR) & kind("text"),
    named=("META-INF/maven/*/*/pom.xml", "*.pom"),
)
def maven_poms(artefact: Artefact) -> Iterator[Fact]:
    """Name the artefact of Maven that a pom.xml in a jar, or a .pom of a repository, describes, with its licences.

    Group and version may be those of the parent, and values may refer to others of the same file. What refers to a
    file that is not here stays unsaid. The dependencies that it asks for at run time are what it requires.
    """
    root = xml_of(artefact)
    if root.name != "project":
        return
    values = _values(root)
    group, name, version = (_resolved(f"${{project.{key}}}", values) for key in ("groupId", "artifactId", "version"))
    if not group or not name or not is_artefact(group, name, version):
        return
    place = next(root.all("artifactId"))
    yield maven_package(
        artefact,
        group,
        name,
        version,
        offset=place.offset,
        confidence=0.95,
        licence=_licence(root),
        requires=_required(root, values),
    )


def _values(root: Element) -> dict[str, str]:
    values = {item.name: item.text.strip() for block in root.all("properties") for item in block.children}
    for key in ("groupId", "artifactId", "version"):
        values[f"project.parent.{key}"] = root.first("parent", key)
        values[f"project.{key}"] = root.first(key) or (root.first("parent", key) if key != "artifactId" else "")
        values.setdefault(f"pom.{key}", values[f"project.{key}"])
    return values


def _resolved(text: str, values: Mapping[str, str]) -> str:
    """`text` with its references resolved, "" when one of them leads nowhere."""
    for _ in range(DEEPEST):
        if not REFERENCE.search(text):
            break
        text = REFERENCE.sub(lambda found: values.get(found[1], "$"), text)[:300]
    return "" if "$" in text else text.strip()


def _required(root: Element, values: Mapping[str, str]) -> Iterator[str]:
    for item in root.all("dependencies", "dependency"):
        group, name = (_resolved(item.first(key), values) for key in ("groupId", "artifactId"))
        if group and name and item.first("scope") in RUNTIME and item.first("optional") != "true":
            yield f"{group}:{name}"


def _licence(root: Element) -> str:
    """The expression of the licences, of which one may be chosen; "" when one of them is unknown."""
    stated = [(item.first("name"), item.first("url")) for item in root.all("licenses", "license")]
    found = [licence_names.spdx_expression(name) or licence_addresses.spdx_expression(url) for name, url in stated]
    return licence_names.any_of(found) if all(found) else ""
