"""Packages that package-lock.json, npm-shrinkwrap.json and node_modules/.package-lock.json list (versions 1 to 3)."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import NPM, is_sound, json_object, language_package
from pellucid.domain.dependency import Linkage, Witness
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.errors import Malformed
from pellucid.formats import json_document
from pellucid.formats.json_document import Places, mapping, text
from pellucid.formats.licence_names import spdx_expression

FOLDER = "node_modules/"
DEEPEST = 32
MOST_LISTED = 100_000
HEAD = 4096
# Bun's lock file has the same mark, but is not JSON.
OF_BUN = re.compile(rb'^  "(?:workspaces|configVersion)":', re.MULTILINE)


class _Locked(msgspec.Struct, frozen=True, kw_only=True):
    """`place` is the key under which it is listed."""

    place: str
    name: str
    stated: dict[str, Any]
    requires: tuple[str, ...]


@analyzer(
    name="npm_locks",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(b'"lockfileVersion"') & json_object,
    most_facts=MOST_LISTED,
)
def npm_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the packages that a lock file of npm lists, without those that only development needs.

    The lock file inside node_modules, which does not list the application itself, says what is installed, and for it
    development does not matter. What is optional may be missing: it has little confidence.
    """
    if OF_BUN.search(artefact.window(0, HEAD)):
        return
    try:
        lock = json_document.read(artefact.data)
    except Malformed as error:
        yield Problem(unit="npm_locks", kind=ProblemKind.MALFORMED, message=error.message)
        return
    packages = mapping(lock.get("packages"))
    installed = bool(packages) and "" not in packages
    listed = _flat(packages) if packages else _nested(mapping(lock.get("dependencies")))
    places = Places(artefact.data)
    for _, item in zip(range(MOST_LISTED), listed, strict=False):
        version = text(item.stated.get("version"))
        unwanted = item.stated.get("dev") is True and not installed
        if unwanted or not version[:1].isdigit() or not is_sound(item.name, version):
            continue
        optional = item.stated.get("optional") is True or item.stated.get("devOptional") is True
        yield language_package(
            artefact,
            NPM,
            item.name,
            version,
            offset=places.of(item.place),
            seen=f"{item.place} {version}",
            witness=Witness.MANIFEST,
            confidence=1.0 if installed else 0.6 if optional else 0.9,
            linkage=Linkage.EXTERNAL,
            licence=spdx_expression(text(item.stated.get("license"))),
            requires=item.requires,
        )


def _flat(packages: dict[str, Any]) -> Iterator[_Locked]:
    """Versions 2 and 3: packages by their place. Those outside of node_modules are the application's own."""
    for place, stated in packages.items():
        folder, found, last = place.rpartition(FOLDER)
        if not found or not isinstance(stated, dict) or stated.get("link") is True:
            continue
        name = text(stated.get("name")) or last
        requires = (*mapping(stated.get("dependencies")), *mapping(stated.get("optionalDependencies")))
        yield _Locked(place=folder + found + last, name=name, stated=stated, requires=requires)


def _nested(dependencies: dict[str, Any]) -> Iterator[_Locked]:
    """Version 1: packages inside of packages. An alias has the true name in its version: npm:name@version."""
    pending = [(name, stated, 0) for name, stated in reversed(dependencies.items())]
    while pending:
        place, stated, depth = pending.pop()
        if not isinstance(stated, dict):
            continue
        name, version = place, text(stated.get("version"))
        if version.startswith("npm:"):
            name, _, version = version.removeprefix("npm:").rpartition("@")
            stated = {**stated, "version": version}
        yield _Locked(place=place, name=name, stated=stated, requires=tuple(mapping(stated.get("requires"))))
        if depth < DEEPEST:
            inside = mapping(stated.get("dependencies"))
            pending += [(key, value, depth + 1) for key, value in reversed(inside.items())]
