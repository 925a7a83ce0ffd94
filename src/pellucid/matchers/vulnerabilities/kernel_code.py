"""Which parts of Linux (formats/kernel_parts.toml) have a vulnerability, by its sources or by what is written of it."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pellucid.domain.vulnerability import Vulnerability
from pellucid.formats import kernel_parts
from pellucid.formats.kernel_parts import KernelPart

LONGEST = 20_000
# What may stand before any part that it is about.
NEUTRAL = frozenset(("block", "drivers", "ethernet", "fs", "net", "sound", "tty", "video", "wifi", "wireless"))
_PATH = re.compile(
    r"\b(?:drivers|net|fs|sound|arch|kernel|mm|crypto|block|security|virt|ipc|lib|io_uring)/[\w./-]{1,200}"
)
# The kernel's own CNA gives the first line of the commit after this, with the parts of the kernel before its colons.
_RESOLVED = "the following vulnerability has been resolved:"
_HEADING = re.compile(r"(?:[\w/.,*+ -]{1,40}:\s+){1,4}(?=\S)")


def parts_of(about: Vulnerability, files: Iterable[str]) -> Sequence[KernelPart]:
    """The parts that have it, all that there are; none where it may also be in code that every kernel has.

    `files` are the sources that have it, where somebody states them; else the text about it is read.
    """
    stated = [path for path in files if not path.startswith("Documentation/")]
    return _all(stated) if stated else _told(about.title, about.description[:LONGEST])


@lru_cache(maxsize=20_000)
def _told(title: str, description: str) -> Sequence[KernelPart]:
    """The parts that a text names: the heading of a commit does; prose names paths."""
    _, resolved, rest = description.partition(_RESOLVED)
    if resolved:
        # The paths that follow are those of a stack trace.
        lines = (line.strip() for line in rest.splitlines())
        return _by_heading(next(filter(None, lines), title))
    return _all(_PATH.findall(f"{title}\n{description}")) or _by_heading(title)


def _all(paths: Iterable[str]) -> Sequence[KernelPart]:
    """The parts that the sources belong to; none when one of them belongs to no part."""
    found = [kernel_parts.by_path(path.removeprefix("include/")) for path in paths]
    return tuple(dict.fromkeys(part for part in found if part)) if all(found) else ()


def _by_heading(heading: str) -> Sequence[KernelPart]:
    """The parts before the colons: "wifi: ath11k: fix ..." is ath11k's, "drm: bridge: ..." may be of either.

    In what no part is called so, the words that follow may mean anything ("fpga: bridge: ...").
    """
    found = _HEADING.match(heading)
    words = [word.strip().lower() for word in found[0].split(":")] if found else []
    first = next((number for number, word in enumerate(words) if word not in NEUTRAL), 0)
    if not words or not kernel_parts.by_name(words[first]):
        return ()
    parts: list[KernelPart] = []
    for part in filter(None, map(kernel_parts.by_name, words[first:])):
        parts = [*(outer for outer in parts if not kernel_parts.lies_in(part, outer)), part]
    return tuple(dict.fromkeys(parts))
