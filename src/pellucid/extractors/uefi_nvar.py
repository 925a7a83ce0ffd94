"""AMI's store of UEFI variables (a chain of NVAR entries)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats.span import Data
from pellucid.formats.uefi import nvar
from pellucid.formats.uefi.secure_boot import State


def measure(data: Data, start: int) -> int:
    """All that there is: the GUIDs that the entries refer to stand at the very end."""
    if start:
        raise Malformed("stores of variables are only believed at the start")
    nvar.length(data)
    return len(data)


@extractor(name="uefi_nvar", version=2, signatures=(Signature(nvar.MAGIC),), measure=measure, carve=False)
def uefi_nvar(artefact: Artefact, output: Output) -> None:
    """Take the variables out of AMI's store, each with its newest value; those that were deleted are left out."""
    state = State()
    put(output, state.noting(nvar.members(artefact.data)))
    if state.said:
        output.fact("secureBoot", state.said)
