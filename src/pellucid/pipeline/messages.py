"""What the pool and its analysis processes say to each other: a length (4 bytes, big endian) and JSON."""

import struct
from dataclasses import dataclass, field

from pellucid.analysis.limits import Limits

LENGTH = struct.Struct(">I")
MODULE = "pellucid.pipeline.child"
EVERYTHING = "pellucid.pipeline.units:UNITS"
UNPACKING = "pellucid.pipeline.unpacking:UNPACKING"


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """First message to a new process: where it may write, what it may use. `units` names those that it runs.

    `cache` is a folder for what it makes of the program's own data before it reads anything; "" for none.
    """

    parent: int
    folder: str
    memory: int
    file_size: int
    units: str = EVERYTHING
    cache: str = ""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to look at: `size` bytes from `at` of the `file` with that number among those sent along.

    `analyzers` None means all; what comes out goes to `folder`. With `leaf`, nothing is taken out. Seconds, bytes.
    """

    sha256: str
    size: int
    at: int = 0
    file: int = 0
    folder: str = ""
    leaf: bool = False
    analyzers: tuple[str, ...] | None = None
    limits: Limits = field(default_factory=Limits)
    seconds: float = 120.0
