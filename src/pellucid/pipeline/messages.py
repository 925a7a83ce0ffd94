"""What the pool, its fork server and analysis processes say to each other: a length (4 bytes, big endian) and JSON."""

import os
import struct

import msgspec

from pellucid.analysis.limits import Limits

LENGTH = struct.Struct(">I")
# How a process ended, as its fork server says it.
STATUS = struct.Struct(">i")
EVERYTHING = "pellucid.pipeline.units:UNITS"
UNPACKING = "pellucid.pipeline.unpacking:UNPACKING"
SOFTWARE = "pellucid.pipeline.software:SOFTWARE"


class Welcome(msgspec.Struct, frozen=True, kw_only=True):
    """First message to a fork server: what its processes may use, in bytes. `units` names those that they run.

    `cache` is a folder for what it makes of the program's own data; "" for none. `parent`: with whom it dies.
    """

    memory: int
    file_size: int
    units: str = EVERYTHING
    cache: str = ""
    parent: int = msgspec.field(default_factory=os.getpid)


class Order(msgspec.Struct, frozen=True):
    """To a fork server: start process `number`, which writes to `folder`; without a folder: end it.

    With `more`, others will probably be wanted in a moment.
    """

    number: int
    folder: str = ""
    more: bool = False


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to look at: `size` bytes from `at` of the `file` with that number among those sent along.

    `analyzers` None means all; what comes out goes to `folder`. With `leaf`, nothing is taken out. Seconds, bytes.
    `rules` is the number of the file with the rules of the scan, -1 for none, `ruleset` what tells them from others.
    """

    sha256: str
    size: int
    at: int = 0
    file: int = 0
    folder: str = ""
    leaf: bool = False
    analyzers: tuple[str, ...] | None = None
    limits: Limits = msgspec.field(default_factory=Limits)
    seconds: float = 120.0
    rules: int = -1
    ruleset: str = ""
