"""Python packages that poetry.lock, uv.lock, pdm.lock and pylock.toml pin (PEP 751 for the last)."""

import re
from collections.abc import Iterable, Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.language_package import PYPI, canonical, is_sound, language_package, plain
from pellucid.domain.dependency import Linkage, Witness
from pellucid.formats.toml_tables import Table, strings, tables

MOST_TABLES = 50_000
NAMED = re.compile(r"name\s*=\s*\"([^\"]+)\"")
REQUIREMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
PRODUCTION = frozenset({"default", "main"})
OWN = re.compile(r"\{\s*(?:virtual|editable|directory)\s*=")


@analyzer(
    name="python_locks",
    version=1,
    stage=Stage.COMPONENTS,
    wants=contains(b"\n[[package]]", b"\n[[packages]]") & plain,
)
def python_locks(artefact: Artefact) -> Iterator[Fact]:
    """List the Python packages that a lock file pins, without those that only development needs.

    Lock files of other languages have tables of the same name: it must say of itself that it is one of Python's.
    """
    found = [table for _, table in zip(range(MOST_TABLES), tables(artefact.data), strict=False)]
    packages = [table for table in found if table.name in ("package", "packages") and table["name"]]
    if not _of_python(found):
        return
    requires = _required(found)
    unwanted = _for_development(found, requires)
    confidence = 0.9 if _tells_what_development_needs(found) else 0.7
    for table in packages:
        name = canonical(table["name"])
        if name in unwanted or not _in_production(table) or OWN.match(table["source"]):
            continue
        if not table["version"] or not is_sound(name, table["version"]):
            continue
        yield language_package(
            artefact,
            PYPI,
            name,
            table["version"],
            offset=table.offset,
            witness=Witness.MANIFEST,
            confidence=0.6 if table["optional"] == "true" else confidence,
            linkage=Linkage.EXTERNAL,
            requires=requires.get(name, ()),
        )


def _of_python(found: list[Table]) -> bool:
    root = found[0]
    if root["requires-python"] or (root["lock-version"] and root["created-by"]):
        return True
    closing = [table for table in found if table.name == "metadata"]
    return any(
        table["python-versions"] or table["content-hash"] or table["content_hash"] or table["lock_version"]
        for table in closing
    )


def _tells_what_development_needs(found: list[Table]) -> bool:
    """All but the lock files of poetry 1.5 to 1.8, which have neither category nor groups."""
    return not any(table["python-versions"] for table in found if table.name == "metadata") or any(
        table["category"] or table["groups"] for table in found if table.name == "package"
    )


def _in_production(table: Table) -> bool:
    """What poetry and pdm say of a package: the group or category that it is for."""
    groups = strings(table["groups"])
    return table["category"] != "dev" and (not groups or bool(PRODUCTION.intersection(groups)))


def _required(found: Iterable[Table]) -> dict[str, list[str]]:
    """What packages require, by name: as a list (pdm), inline tables (uv, pylock) or a table of their own (poetry)."""
    requires: dict[str, list[str]] = {}
    name = ""
    for table in found:
        if table.name in ("package", "packages"):
            name = canonical(table["name"])
            text = table["dependencies"]
            names = NAMED.findall(text) if "{" in text else strings(text)
            parts = [REQUIREMENT.match(item) for item in names]
            requires.setdefault(name, []).extend(canonical(part[0]) for part in parts if part)
        elif table.name in ("package.dependencies", "package.optional-dependencies"):
            if table.name == "package.dependencies":
                requires.setdefault(name, []).extend(canonical(item) for item in table.fields)
            else:
                extras = (canonical(item) for value in table.fields.values() for item in NAMED.findall(value))
                requires.setdefault(name, []).extend(extras)
    return requires


def _for_development(found: list[Table], requires: dict[str, list[str]]) -> set[str]:
    """The packages of a uv.lock that its own projects only want while they are developed."""
    own = [canonical(table["name"]) for table in found if table.name == "package" and OWN.match(table["source"])]
    if not own:
        return set()
    wanted, pending = set[str](), own
    while pending:
        name = pending.pop()
        if name not in wanted:
            wanted.add(name)
            pending += requires.get(name, ())
    return requires.keys() - wanted
