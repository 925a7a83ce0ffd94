"""What must not stand in the project's files: silenced checks without a reason, places of one machine, dead code."""

import ast
import re
import tomllib

from tests.architecture.source_tree import FILES, MODULES, ROOT, SOURCES, TEXTS, report

SILENCER = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:|nosec|mypy:\s*ignore)\S*(?:\[[^\]]*\])?(?P<rest>.*)")
CODES = re.compile(r"^[\s:,]*(?:no cover|[A-Z]+\d+|\[[^\]]*\])(?:[\s,]+[A-Z]+\d+)*")

# Written in pieces, so that this file does not name them itself.
INDEX_HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "deb.debian" + ".org",
    "npmjs" + ".org",
    "snapshot.debian" + ".org",
)
FOREIGN_PLACES = re.compile(r"(?<![\w.{$])/wor" + "k/(main|shared|brief)|/var/tm" + "p/corpus")
LARGEST_FILE = 1 << 20
EDGES = (
    "pipeline/",
    "worker/",
    "api/errors.py",
    "api/application.py",
    "app.py",
    "cli/main.py",
    # Parts of the runner and the worker that must stand where pipeline and storage meet.
    "services/scanning.py",
    "services/lease.py",
    "services/scan_jobs.py",
)


def test_every_silenced_check_gives_its_reason() -> None:
    violations = []
    for module in MODULES:
        if module.path.name == "test_hygiene.py":
            continue
        for number, line in enumerate(module.text.splitlines(), 1):
            if found := SILENCER.search(line):
                reason = re.sub(r"^\W+", "", CODES.sub("", found["rest"]))
                if len(reason) < 6:
                    violations.append(f"{module.name}:{number}: {line.strip()}")
    assert not violations, report(violations)


def test_no_file_names_a_package_index_or_a_place_on_one_machine() -> None:
    violations = []
    for path in TEXTS:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if FOREIGN_PLACES.search(line) or any(host in line for host in INDEX_HOSTS):
                violations.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert not violations, report(violations)


def test_no_file_is_large() -> None:
    violations = [str(path.relative_to(ROOT)) for path in FILES if path.stat().st_size > LARGEST_FILE]
    assert not violations, report(violations)


def test_nothing_is_postponed() -> None:
    words = re.compile(r"\b(TO" + "DO|FIX" + r"ME|XX" + r"X)\b")
    violations = [
        f"{module.name}:{number}: {line.strip()}"
        for module in MODULES
        for number, line in enumerate(module.text.splitlines(), 1)
        if words.search(line)
    ]
    violations += [
        f"{module.name}:{node.lineno}: NotImplementedError"
        for module in SOURCES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node)
    ]
    assert not violations, report(violations)


def test_no_banners() -> None:
    """Lines of dashes divide a file that should be two."""
    banner = re.compile(r"^\s*#.*[-=*#~]{4,}")
    violations = [
        f"{module.name}:{number}: {line.strip()}"
        for module in MODULES
        for number, line in enumerate(module.text.splitlines(), 1)
        if banner.search(line)
    ]
    assert not violations, report(violations)


def test_broad_handlers_stand_only_at_the_edges() -> None:
    """`except Exception` is for the runner, the worker, the ASGI application and the command."""
    violations = []
    for module in SOURCES:
        for node in ast.walk(module.tree):
            caught = node.type if isinstance(node, ast.ExceptHandler) else None
            if not isinstance(caught, ast.Name) or caught.id not in {"Exception", "BaseException"} or _reraises(node):
                continue
            if not module.name.removeprefix("src/pellucid/").startswith(EDGES):
                violations.append(f"{module.name}:{caught.lineno}")
    assert not violations, report(violations)


def test_every_runtime_requirement_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").lower().splitlines()
    dev_pins = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8").lower().splitlines()
    missing = []
    for wanted, lines in (
        (project["project"]["dependencies"], pins),
        (project["dependency-groups"]["dev"], dev_pins),
    ):
        names = [re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower() for requirement in wanted]
        missing += [name for name in names if not any(line.startswith(f"{name}==") for line in lines)]
    assert not missing, f"run `make lock`: {missing}"


def test_lists_of_debian_packages_are_sorted_and_overlap_nowhere() -> None:
    lists = []
    for name in ("debian.txt", "debian-dev.txt"):
        lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
        lists.append([line for line in lines if line and not line.startswith("#")])
    assert lists == [sorted(names) for names in lists]
    assert not set(lists[0]) & set(lists[1])


def _reraises(handler: ast.AST) -> bool:
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))
