"""Whether the part of the Linux kernel that has a vulnerability was built at all (formats/kernel_parts.toml)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from posixpath import basename

from pellucid.analysis.matcher import Inventory
from pellucid.domain.component import ComponentKind
from pellucid.domain.observation import ObservationKind
from pellucid.domain.vulnerability import Vulnerability
from pellucid.formats import kernel_parts
from pellucid.formats.kernel_parts import KernelPart

KERNEL = "linux_kernel"
SOURCES = ("linux", "kernel")
LONGEST = 20_000
_PATH = re.compile(
    r"\b(?:drivers|net|fs|sound|arch|kernel|mm|crypto|block|security|virt|ipc|lib|io_uring)/[\w./-]{1,200}"
)
_MODULE = re.compile(r"(?P<name>[\w-]{1,100})\.ko(?:\.(?:gz|xz|zst))?")
# The kernel's own CNA gives the first line of the commit after this, with the parts of the kernel before its colons.
_RESOLVED = "the following vulnerability has been resolved:"
_HEADING = re.compile(r"(?:[\w/.,*+ -]{1,40}:\s+){1,4}(?=\S)")


@dataclass(frozen=True)
class Build:
    """A kernel: the options of `kernel_parts` that its configuration sets, and the modules that lie in the image."""

    options: frozenset[str]
    modules: frozenset[str]


def builds(inventory: Inventory) -> tuple[Build, ...]:
    """The kernels whose configuration is known. What modules there are says nothing of what is built in."""
    found = [item for item in inventory.observations if item.kind is ObservationKind.KERNEL_OPTIONS]
    if not found:
        return ()
    modules = frozenset(
        match["name"].replace("-", "_")
        for item in inventory.components
        if item.kind is ComponentKind.MODULE
        and (match := _MODULE.fullmatch(basename(item.evidence.artefact.rpartition("!")[2])))
    )
    return tuple(Build(frozenset(item.note.split()), modules) for item in found)


def is_kernel(product: str) -> bool:
    """Whether that is what the kernel is called, or its package."""
    return product == KERNEL or product in SOURCES or product.startswith(tuple(f"{name}-" for name in SOURCES))


def not_built(about: Vulnerability, files: Iterable[str], kernels: Sequence[Build]) -> str:
    """Why it cannot matter in any kernel of the image, as a sentence; empty when that is not known.

    `files` are the sources that have it, where a source states them; else the text about it is read.
    """
    parts = tuple(dict.fromkeys(part for path in files if (part := kernel_parts.by_path(path))))
    parts = parts or _parts_of(about.title, about.description[:LONGEST])
    if not kernels or not parts or any(_is_built(part, build) for part in parts for build in kernels):
        return ""
    names = " and ".join(dict.fromkeys(f"CONFIG_{part.options[0]}" for part in parts))
    return f"The kernel was built without the part that has it ({names} is not set)."


def _is_built(part: KernelPart, build: Build) -> bool:
    return not build.options.isdisjoint(part.options) or not build.modules.isdisjoint(part.modules)


@lru_cache(maxsize=20_000)
def _parts_of(title: str, description: str) -> tuple[KernelPart, ...]:
    """The parts of the kernel that the text names; the files that it names say more than the heading does."""
    named = [part for path in _PATH.findall(f"{title}\n{description}") if (part := kernel_parts.by_path(path))]
    if not named:
        named = [part for heading in _headings(title, description) if (part := _by_heading(heading))]
    return tuple(dict.fromkeys(named))


def _headings(title: str, description: str) -> Iterable[str]:
    _, found, rest = description.partition(_RESOLVED)
    lines = (line.strip() for line in (rest if found else "").splitlines())
    first = next((line for line in lines if line), "")
    return [heading for heading in (first, title) if heading]


def _by_heading(heading: str) -> KernelPart | None:
    """The innermost part before the colons: "wifi: ath11k: fix ..." is ath11k's."""
    found = _HEADING.match(heading)
    words = [word.strip().lower() for word in found[0].split(":")] if found else []
    return next((part for word in reversed(words) if (part := kernel_parts.by_name(word))), None)
