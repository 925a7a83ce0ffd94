"""Components: artefacts recognised as a unit of software."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class ComponentKind(StrEnum):
    EXECUTABLE = "executable"
    LIBRARY = "library"
    MODULE = "module"
    OBJECT = "object"


@dataclass(frozen=True, kw_only=True)
class Component:
    """A unit of software: `format` such as "elf", `architecture` such as "arm" (lower case ELF machine name)."""

    kind: ComponentKind
    format: str
    architecture: str
    bits: int
    evidence: Evidence
    name: str = ""
