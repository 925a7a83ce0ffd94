"""The project's own files, read and parsed once for all tests of the house."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "pellucid"
SKIPPED = {".git", ".venv", ".work", "build", "dist", "__pycache__"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Module:
    """A Python file. `name` is its path from the root of the project."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def package(self) -> str:
        """The top-level package of Pellucid that it lies in, or its own name when it lies in none; else ""."""
        if not self.path.is_relative_to(PACKAGE):
            return ""
        return self.path.relative_to(PACKAGE).parts[0].removesuffix(".py")

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @cached_property
    def definitions(self) -> list[tuple[str, Definition]]:
        """Every class and function with its dotted name, nested ones included."""
        found: list[tuple[str, Definition]] = []
        _collect(self.tree, "", found)
        return found

    @cached_property
    def imports(self) -> set[str]:
        """Full dotted names of what is imported anywhere in the file."""
        names: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names.add(node.module)
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
        return names


def _collect(node: ast.AST, prefix: str, found: list[tuple[str, Definition]]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            found.append((prefix + child.name, child))
            _collect(child, f"{prefix}{child.name}.", found)
        else:
            _collect(child, prefix, found)


def tracked_files() -> list[Path]:
    """Files of the project: what git tracks or would track; without git, everything that is not built."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if not SKIPPED.intersection(path.relative_to(ROOT).parts)]
    return sorted(path for path in paths if path.is_file() and not path.is_symlink())


FILES = tracked_files()
MODULES = [Module(path) for path in FILES if path.suffix == ".py"]
SOURCES = [module for module in MODULES if module.path.is_relative_to(PACKAGE)]
TEXTS = [
    path
    for path in FILES
    if path.suffix in {".py", ".md", ".toml", ".txt", ".sh", ".yaml", ".yml", ".json", ".cfg", ".ini"}
    or path.name in {"Makefile", "bootstrap", "run", ".importlinter", ".gitignore"}
]


def report(violations: list[str]) -> str:
    """All violations at once: one run tells everything that is to be mended."""
    return "\n" + "\n".join(violations)
