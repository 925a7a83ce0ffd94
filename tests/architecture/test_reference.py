"""Settings, errors and generated pages: what an operator or client can meet is written down."""

import inspect
import re
from dataclasses import fields

from scripts import reference
from tests.architecture.source_tree import MODULES, ROOT, report

from pellucid import errors
from pellucid.api import errors as api_errors
from pellucid.settings import Settings

ERRORS = {
    name: value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, errors.PellucidError)
}


def subclasses(of: type[Exception]) -> list[type[Exception]]:
    return [kind for kind in ERRORS.values() if issubclass(kind, of) and kind is not of]


def test_generated_pages_are_current() -> None:
    stale = [path.name for path, text in reference.pages().items() if path.read_text(encoding="utf-8") != text]
    assert not stale, f"run `make reference`: {stale}"


def test_every_setting_says_what_it_means() -> None:
    described = {item.name: item.metadata["description"] for item in fields(Settings)}
    assert all(text.endswith(".") and len(text) >= 15 for text in described.values()), described


def test_every_error_stands_in_the_tree_with_a_message() -> None:
    tree = (errors.__doc__ or "").replace("│", " ").replace("├──", " ").replace("└──", " ").split()
    assert not set(ERRORS) - set(tree), "the docstring of errors.py draws the tree"
    assert all((kind.__doc__ or "").endswith(".") for kind in ERRORS.values())


def test_every_error_that_a_request_can_meet_has_its_status() -> None:
    table = next(value for value in vars(api_errors).values() if isinstance(value, dict) and errors.NotFound in value)
    leaves = [kind for kind in subclasses(errors.RequestError) if not subclasses(kind)]
    missing = [kind.__name__ for kind in [*leaves, errors.StorageFull] if kind not in table]
    assert not missing, f"api/errors.py has no row for {missing}"


def test_errors_are_defined_in_one_place() -> None:
    violations = []
    for module in MODULES:
        if not module.name.startswith("src/pellucid/") or module.name.endswith("pellucid/errors.py"):
            continue
        for name, node in module.definitions:
            bases = {getattr(base, "id", "") for base in getattr(node, "bases", [])}
            if bases & ({"Exception", "RuntimeError", "ValueError"} | set(ERRORS)) and not node.name.startswith("_"):
                violations.append(f"{module.name}:{node.lineno}: {name}")
    assert not violations, report(violations)


def test_every_link_between_pages_leads_somewhere() -> None:
    violations = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
                violations.append(f"{page.relative_to(ROOT)}: {target}")
    assert not violations, report(violations)
