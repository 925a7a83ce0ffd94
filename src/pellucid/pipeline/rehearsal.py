"""What most images hold, in little: to examine it loads what will be needed for it, and reads the tables behind that.

These bytes are our own, so that a fork server can do it where nobody waits: whatever it forks then need not.
"""

import struct
import tempfile
from collections.abc import Iterator
from contextlib import suppress

from pellucid.formats.identify import identify_leaf
from pellucid.pipeline.examine import examine
from pellucid.pipeline.messages import Request
from pellucid.pipeline.unit_set import Units

TEXT = b"text\n"
# The header of a shared object for x86-64 that has neither segments nor sections (System V gABI, "ELF Header").
PROGRAM = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
    "<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0
)


def tables(units: Units) -> None:
    """Load what tells formats from each other: nothing is examined without it."""
    _ = units.recogniser, identify_leaf(TEXT)


def steps(units: Units) -> Iterator[None]:
    """Rehearse, one part at each step."""
    for data in (PROGRAM, TEXT) if units.analyzers else ():
        # One that fails has only cost its time.
        with tempfile.TemporaryDirectory() as folder, suppress(Exception):
            examine(Request(sha256="", size=len(data), folder=folder, seconds=5.0), data, units)
        yield
