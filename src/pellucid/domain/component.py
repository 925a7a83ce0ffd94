"""Components: artefacts recognised as a unit of software."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class ComponentKind(StrEnum):
    EXECUTABLE = "executable"
    LIBRARY = "library"
    MODULE = "module"
    OBJECT = "object"
    SCRIPT = "script"
    ARCHIVE = "archive"


class Reachability(StrEnum):
    """Whether a component runs, as far as its environment says."""

    ENTRY_POINT = "entryPoint"  # started at boot, by a timer, or as the program of a container
    INVOKED = "invokedAtRunTime"  # started by something that runs
    LOADED = "loadedAtRunTime"  # loaded by something that runs
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Component:
    """A unit of software: `format` such as "elf", `architecture` such as "arm" (lower case ELF machine name).

    `name` is the soname of a library. `needed` are the libraries, modules or classes that it loads, as it names them;
    `rpath` and `runpath` where it wants its loader to look first. `interpreter` is the program that runs it: a loader
    for a program, the first line of a script. `calls` are commands that a script starts, by path or name.
    `reachability` is known when a whole image is.
    """

    kind: ComponentKind
    format: str
    architecture: str
    bits: int
    evidence: Evidence
    name: str = ""
    needed: tuple[str, ...] = ()
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    interpreter: str = ""
    calls: tuple[str, ...] = ()
    reachability: Reachability = Reachability.UNKNOWN
