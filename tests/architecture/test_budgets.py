"""Budgets: how long a file, a unit and a function may be, and that tables are data files."""

import ast

from tests.architecture.source_tree import MODULES as ALL_MODULES
from tests.architecture.source_tree import PACKAGE, SOURCES, Definition, Module, report

UNIT_LINES = 150
FILE_LINES = 300
FUNCTION_LINES = 40
TEST_FUNCTION_LINES = 60
TABLE_ENTRIES = 80
UNIT_PACKAGES = {"analyzers", "extractors", "matchers", "reports"}

# Migrations are generated, and are history: they are as long as they are.
MODULES = [module for module in ALL_MODULES if "/migrations/versions/" not in module.name]

# Longer than the budget, and why that is better than what splitting would give. 500 lines are never exceeded.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}


def code_lines(definition: Definition) -> int:
    """Lines of a definition from its first statement on: signature and docstring are no burden."""
    body = definition.body
    first = body[1:] if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) else body
    return (definition.end_lineno or 0) - first[0].lineno + 1 if first else 0


def budget_of(module: Module) -> int:
    is_unit = module.package in UNIT_PACKAGES and module.path.name != "__init__.py"
    return UNIT_LINES if is_unit else FILE_LINES


def test_files_keep_to_their_budget() -> None:
    violations = [
        f"{module.name}: {module.lines} lines, {budget_of(module)} allowed"
        for module in MODULES
        if module.lines > budget_of(module) and module.name not in LONG_FILES
    ]
    assert not violations, report(violations)


def test_no_reason_is_good_enough_for_500_lines() -> None:
    violations = [f"{module.name}: {module.lines} lines" for module in MODULES if module.lines > 500]
    assert not violations, report(violations)


def long_functions() -> dict[str, str]:
    """What is over the budget of functions, by file and dotted name."""
    found = {}
    for module in MODULES:
        budget = FUNCTION_LINES if module.path.is_relative_to(PACKAGE) else TEST_FUNCTION_LINES
        for name, definition in module.definitions:
            lines = code_lines(definition)
            if not isinstance(definition, ast.ClassDef) and lines > budget:
                found[f"{module.name}:{name}"] = f"{module.name}:{definition.lineno} {name}: {lines}, {budget} allowed"
    return found


def test_functions_keep_to_their_budget() -> None:
    violations = [line for name, line in long_functions().items() if name not in LONG_FUNCTIONS]
    assert not violations, report(violations)


def test_exceptions_are_still_needed() -> None:
    long_files = {module.name for module in MODULES if module.lines > budget_of(module)}
    stale = (set(LONG_FILES) - long_files) | (set(LONG_FUNCTIONS) - set(long_functions()))
    assert not stale, report(sorted(stale))
    assert all(len(reason) > 20 for reason in (LONG_FILES | LONG_FUNCTIONS).values())


def test_tables_are_data_files() -> None:
    violations = []
    for module in SOURCES:
        for node in module.tree.body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            literals = [item for item in ast.walk(value) if isinstance(item, ast.Constant)] if value else []
            if len(literals) > TABLE_ENTRIES:
                violations.append(
                    f"{module.name}:{node.lineno}: a table of {len(literals)} values belongs in a data file"
                )
    assert not violations, report(violations)
