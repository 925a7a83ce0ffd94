"""Units: every file is one unit, listed once, documented, with a case that hits and one that misses."""

import ast
import inspect
import json
from collections.abc import Callable, Sequence
from operator import attrgetter
from pathlib import Path

import pytest
from tests.architecture.source_tree import PACKAGE, ROOT, report

from pellucid import analyzers, extractors
from pellucid.analysis.analyzer import Analyzer
from pellucid.analysis.extractor import Extractor
from pellucid.analysis.matcher import Matcher
from pellucid.matchers import MATCHERS

Unit = Analyzer | Extractor | Matcher
EXTRACTORS = tuple(unit for _, _, unit in extractors.declared())
ANALYZERS = tuple(unit for _, _, unit in analyzers.declared())
UNITS: tuple[Unit, ...] = (*EXTRACTORS, *ANALYZERS, *MATCHERS)
TESTS = ROOT / "tests"


def file_of(unit: Unit) -> Path:
    return Path(inspect.getfile(inspect.unwrap(unit.run))).relative_to(PACKAGE)


@pytest.mark.parametrize(
    ("units", "package"),
    [(EXTRACTORS, "extractors"), (ANALYZERS, "analyzers"), (MATCHERS, "matchers")],
    ids=["extractors", "analyzers", "matchers"],
)
def test_the_list_is_what_lies_on_the_disk(units: tuple[Unit, ...], package: str) -> None:
    listed = [file_of(unit) for unit in units]
    # Analyzers lie in the folders of their stages; what stands beside those folders is shared between stages.
    pattern = "*/*.py" if package == "analyzers" else "*.py"
    found = (PACKAGE / package).glob(pattern)
    present = {path.relative_to(PACKAGE) for path in found if path.name != "__init__.py"}
    assert len(listed) == len(set(listed)), "a file holds one unit, and a unit is listed once"
    assert set(listed) == present


OF_EXTRACTORS = attrgetter("name", "version", "signatures", "stream", "carve", "partial", "suffix")
OF_ANALYZERS = attrgetter(
    "name", "state", "stage", "most_facts", "named", "wants.literals", "wants.key", "wants.kinds", "wants.hit"
)


@pytest.mark.parametrize(
    ("index", "units", "facts"),
    [(extractors.EXTRACTORS, EXTRACTORS, OF_EXTRACTORS), (analyzers.ANALYZERS, ANALYZERS, OF_ANALYZERS)],
    ids=["extractors", "analyzers"],
)
def test_the_index_says_what_the_modules_declare_in_their_order(
    index: Sequence[Unit], units: Sequence[Unit], facts: Callable[[Unit], object]
) -> None:
    assert [facts(unit) for unit in index] == [facts(unit) for unit in units], "run `make reference`"
    # A unit of the index imports its module by itself.
    found = [inspect.unwrap(unit.run).__self__.unit for unit in index]
    assert all(here is there for here, there in zip(found, units, strict=True))


def test_names_are_unique_and_are_those_of_their_files() -> None:
    for units in (EXTRACTORS, ANALYZERS, MATCHERS):
        names = [unit.name for unit in units]
        assert len(names) == len(set(names)), report(sorted(names))
    violations = [f"{file_of(unit)}: {unit.name}" for unit in UNITS if _plain(unit.name) != _plain(file_of(unit).stem)]
    assert not violations, report(violations)


def test_an_analyzer_lies_in_the_folder_of_its_stage() -> None:
    violations = [str(file_of(unit)) for unit in ANALYZERS if file_of(unit).parts[1] != unit.stage.value]
    assert not violations, report(violations)


def test_versions_count_from_one() -> None:
    assert all(isinstance(unit.version, int) and unit.version >= 1 for unit in UNITS)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_is_documented(unit: Unit) -> None:
    summary = unit.documentation.strip().split("\n\n")[0]
    assert len(summary) >= 20
    assert summary.endswith((".", ":"))


@pytest.mark.parametrize("unit", EXTRACTORS, ids=lambda unit: unit.name)
def test_an_extractor_names_its_specification(unit: Extractor) -> None:
    text = ast.get_docstring(ast.parse((PACKAGE / file_of(unit)).read_text(encoding="utf-8"))) or ""
    assert len(text) >= 20, "the module's docstring names the format's specification"


@pytest.mark.parametrize("unit", ANALYZERS, ids=lambda unit: unit.name)
def test_an_analyzer_has_a_golden_hit_and_miss(unit: Analyzer) -> None:
    cases = TESTS / "analyzers" / unit.stage.value / unit.name
    results = {bool(json.loads(path.read_text(encoding="utf-8"))) for path in cases.glob("*/expected.json")}
    assert results == {True, False}, f"{cases.relative_to(ROOT)}/<case>/expected.json: one with facts, one with none"


@pytest.mark.parametrize("unit", [*EXTRACTORS, *MATCHERS], ids=lambda unit: unit.name)
def test_an_extractor_or_matcher_is_named_in_tests_of_its_own(unit: Extractor | Matcher) -> None:
    folder = TESTS / file_of(unit).parts[0]
    named = [path for path in folder.rglob("test_*.py") if f"import {file_of(unit).stem}" in _words(path)]
    assert named, f"no test in {folder.relative_to(ROOT)} imports {file_of(unit)}"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_uses_no_path_and_no_clock(unit: Unit) -> None:
    """Facts are cached by content: a unit that looked at the path or the time could not be."""
    tree = ast.parse((PACKAGE / file_of(unit)).read_text(encoding="utf-8"))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not attributes & {"now", "utcnow", "today"}
    assert not imported & {"time", "random", "os", "pathlib"}
    if isinstance(unit, Analyzer):
        assert "path" not in {
            node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _of_artefact(node)
        }


def _of_artefact(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "artefact"


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "").replace(".", "").lower()


def _words(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8").split())
