"""Names that say something, and a docstring where a reader needs one."""

import ast
import re

from tests.architecture.source_tree import MODULES, PACKAGE, SOURCES, Definition, report

REFUSED = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "core", "models", "base"}

# Modules that hold one noun (a value, a row, a schema, a route): the module's first line describes them all, and a
# docstring under each would only repeat the names.
SELF_EXPLAINING = (
    "domain/",
    "storage/rows/",
    "storage/listings/",
    "storage/repositories/",
    "api/schemas/",
    "api/routes/",
)


def test_no_module_or_package_has_a_refused_name() -> None:
    violations = [
        module.name
        for module in MODULES
        if REFUSED.intersection(part.removesuffix(".py") for part in module.name.split("/"))
    ]
    assert not violations, report(violations)


def test_module_and_package_names_are_plain_snake_case() -> None:
    names = [(module.name, module.path.relative_to(PACKAGE).with_suffix("").parts) for module in SOURCES]
    pattern = re.compile(r"[a-z][a-z0-9_]*|__init__|__main__|\d{4}_[a-z0-9_]+")
    violations = [name for name, parts in names if not all(pattern.fullmatch(part) for part in parts)]
    assert not violations, report(violations)


def test_every_module_says_in_its_first_line_what_it_holds() -> None:
    violations = []
    for module in MODULES:
        docstring = ast.get_docstring(module.tree) or ""
        if len(docstring.splitlines()[0] if docstring else "") < 8:
            violations.append(module.name)
    assert not violations, report(violations)


def test_public_functions_and_classes_are_documented() -> None:
    violations = []
    for module in SOURCES:
        if module.path.relative_to(PACKAGE).as_posix().startswith(SELF_EXPLAINING):
            continue
        public = [node for node in module.tree.body if isinstance(node, Definition) and not node.name.startswith("_")]
        classes = [node for node in public if isinstance(node, ast.ClassDef)]
        for node in public:
            # The only class of a module is what the module's first line is about.
            explained = _is_enum(node) or [node] == classes or len(ast.get_docstring(node) or "") >= 10
            if not explained:
                violations.append(f"{module.name}:{node.lineno}: {node.name}")
    assert not violations, report(violations)


def test_docstrings_are_not_the_name_again() -> None:
    violations = []
    for module in SOURCES:
        for name, definition in module.definitions:
            docstring = (ast.get_docstring(definition) or "").strip().rstrip(".").lower()
            if docstring and docstring.replace(" ", "_") == definition.name.lower():
                violations.append(f"{module.name}:{definition.lineno}: {name}")
    assert not violations, report(violations)


def test_enums_live_in_the_domain() -> None:
    """Besides: the kit's stages, values that a format's specification lists, and a module's private words (_Name)."""
    violations = [
        f"{module.name}:{node.lineno}: {node.name}"
        for module in SOURCES
        for _, node in module.definitions
        if isinstance(node, ast.ClassDef) and _is_enum(node)
        if module.package not in {"domain", "analysis", "formats"} and not node.name.startswith("_")
    ]
    assert not violations, report(violations)


def _is_enum(node: ast.AST) -> bool:
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    return any(isinstance(base, ast.Name) and base.id in {"Enum", "StrEnum", "IntEnum", "IntFlag"} for base in bases)
