"""Who may import what from outside. The arrows between our own packages are held by import-linter (.importlinter)."""

import configparser
import re
import sys
import tomllib

from tests.architecture.source_tree import PACKAGE, ROOT, SOURCES, report

# Outside package -> our packages that may import it.
RESERVED = {
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "fastapi": {"api", "web", "app"},
    "starlette": {"api", "web", "app"},
    "rich": {"cli"},
    "hyperscan": {"pipeline"},
    "landlockpy": {"pipeline"},
    "pyseccomp": {"pipeline"},
    "yara_x": {"rules"},
}
# Requirement -> what it is imported as, where that is another word.
IMPORT_NAMES = {"pyyaml": "yaml", "python-ulid": "ulid"}
USED_BY_NAME = {
    "httptools": "uvicorn, as its HTTP parser",
    "uvloop": "uvicorn, as its event loop",
    "cvss": "advisories.scores, when it first scores something",
    "psycopg": "SQLAlchemy, for URLs of PostgreSQL",
}
DANGEROUS = {"pickle", "marshal", "shelve", "subprocess", "socket"}
SANDBOXED = {"formats", "extractors", "analyzers", "matchers", "reports", "analysis", "domain"}


def outside(names: set[str]) -> set[str]:
    """Top-level names of imports."""
    return {name.split(".")[0] for name in names}


def test_libraries_stay_where_they_belong() -> None:
    violations = [
        f"{module.name} imports {library}"
        for module in SOURCES
        for library in sorted(outside(module.imports) & set(RESERVED))
        if module.package not in RESERVED[library]
    ]
    assert not violations, report(violations)


def test_the_domain_needs_the_standard_library_only() -> None:
    allowed = sys.stdlib_module_names | {"pellucid"}
    violations = [
        f"{module.name} imports {library}"
        for module in SOURCES
        if module.package in {"domain", "errors", "logs"}
        for library in sorted(outside(module.imports) - allowed)
    ]
    assert not violations, report(violations)


def test_what_every_scan_imports_is_made_at_once() -> None:
    """ADR 18: a frozen dataclass takes fifty times as long to make as a struct."""
    needed = {"src/pellucid/formats/folders.py", "src/pellucid/reports/cbom_algorithms.py"}
    found = {
        module.name
        for module in SOURCES
        if module.package in {"analysis", "formats", "extractors", "analyzers", "pipeline", "reports", "rules"}
        and re.search(r"^ *@dataclass", module.text, re.MULTILINE)
    }
    assert found == needed


def test_what_runs_in_the_sandbox_starts_nothing_and_calls_nobody() -> None:
    violations = [
        f"{module.name} imports {library}"
        for module in SOURCES
        if module.package in SANDBOXED
        for library in sorted(outside(module.imports) & DANGEROUS)
    ]
    assert not violations, report(violations)


def test_nothing_is_unpickled() -> None:
    """What a sandboxed process sends back must not be able to run code in the one that trusts itself."""
    violations = [module.name for module in SOURCES if {"pickle", "dill", "marshal"} & outside(module.imports)]
    assert not violations, report(violations)


def test_every_runtime_requirement_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = [re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0] for requirement in project["project"]["dependencies"]]
    used = {name for module in SOURCES for name in outside(module.imports)} | set(USED_BY_NAME)
    unused = [name for name in names if not {name.replace("-", "_"), IMPORT_NAMES.get(name, "")} & used]
    assert not unused, f"nothing in src imports {unused}"


def test_every_top_level_package_has_a_place_in_the_layers() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter", encoding="utf-8")
    words = config["importlinter:contract:layers"]["layers"].replace("|", " ").split()
    placed = {word.strip("()") for word in words}
    present = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert present - {"__init__", "__main__"} <= placed
