"""Whether the part of the Linux kernel that has a vulnerability was built at all (kernel_subsystems.toml)."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from pellucid.analysis.matcher import KernelBuild
from pellucid.domain.vulnerability import Vulnerability

KERNEL = "linux_kernel"
SOURCES = ("linux", "kernel")
LONGEST = 20_000
_PATH = re.compile(
    r"\b(?:drivers|net|fs|sound|arch|kernel|mm|crypto|block|security|virt|ipc|lib|io_uring)/[\w./-]{1,200}"
)
# The kernel's own CNA gives the first line of the commit after this, with the parts of the kernel before its colons.
_RESOLVED = "the following vulnerability has been resolved:"
_PARTS = re.compile(r"(?:[\w/.,*+ -]{1,40}:\s+){1,4}(?=\S)")


@dataclass(frozen=True)
class _Subsystem:
    """A row of the table. It is built when one of `options` is set, or one of `modules` is there."""

    options: tuple[str, ...]
    modules: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def is_kernel(product: str) -> bool:
    """Whether that is what the kernel is called, or its package."""
    return product == KERNEL or product in SOURCES or product.startswith(tuple(f"{name}-" for name in SOURCES))


def not_built(about: Vulnerability, files: Iterable[str], kernels: Sequence[KernelBuild]) -> str:
    """Why it cannot matter in any kernel of the image, as a sentence; empty when that is not known.

    `files` are the sources that have it, where a source states them; else the text about it is read.
    """
    parts = tuple(dict.fromkeys(row for path in files if (row := _by_path(path))))
    parts = parts or _parts_of(about.title, about.description[:LONGEST])
    if not kernels or not parts or any(_is_built(part, build) is not False for part in parts for build in kernels):
        return ""
    names = " and ".join(dict.fromkeys(f"CONFIG_{part.options[0]}" for part in parts))
    return f"The kernel was built without the part that has it ({names} is not set)."


def _is_built(part: _Subsystem, build: KernelBuild) -> bool | None:
    if any(module in build.modules for module in part.modules):
        return True
    return None if build.options is None else any(option in build.options for option in part.options)


@lru_cache(maxsize=20_000)
def _parts_of(title: str, description: str) -> tuple[_Subsystem, ...]:
    """The parts of the kernel that the text names; the files that it names say more than the heading does."""
    text = f"{title}\n{description}"
    named = [row for path in _PATH.findall(text) if (row := _by_path(path))]
    if not named:
        named = [row for row in (_by_heading(heading) for heading in _headings(title, description)) if row]
    return tuple(dict.fromkeys(named))


def _headings(title: str, description: str) -> Iterable[str]:
    _, found, rest = description.partition(_RESOLVED)
    lines = (line.strip() for line in (rest if found else "").splitlines())
    first = next((line for line in lines if line), "")
    return [heading for heading in (first, title) if heading]


def _by_path(path: str) -> _Subsystem | None:
    """The row with the longest folder that the file lies in."""
    fitting = [(len(prefix), row) for row in _table() for prefix in row.paths if path.startswith(prefix)]
    return max(fitting, key=lambda item: item[0])[1] if fitting else None


def _by_heading(heading: str) -> _Subsystem | None:
    """The row of the innermost part before the colons: "wifi: ath11k: fix ..." is ath11k's."""
    found = _PARTS.match(heading)
    words = [word.strip().lower() for word in found[0].split(":")] if found else []
    return next((row for word in reversed(words) if (row := _names().get(word))), None)


@cache
def _table() -> Sequence[_Subsystem]:
    file = resources.files("pellucid.matchers.vulnerabilities").joinpath("kernel_subsystems.toml")
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["subsystem"]
    return [_Subsystem(**{key: tuple(value) for key, value in row.items()}) for row in rows]


@cache
def _names() -> Mapping[str, _Subsystem]:
    return {name: row for row in _table() for name in row.names}
