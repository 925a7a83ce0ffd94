"""UEFI firmware volumes (UEFI Platform Initialization 1.8, volume 3)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.members import put
from pellucid.analysis.output import Output
from pellucid.formats.span import Data, pieces
from pellucid.formats.uefi import tree, variables, volume
from pellucid.formats.uefi.secure_boot import State


def measure(data: Data, start: int) -> int:
    """The length that the header states; the header's checksum must be right."""
    return volume.read(data, start).length


@extractor(name="uefi_volume", version=2, signatures=(Signature(volume.MAGIC, at=volume.MAGIC_AT),), measure=measure)
def uefi_volume(artefact: Artefact, output: Output) -> None:
    """Take a firmware volume apart, with the volumes inside of it and compressed sections: a folder for each file.

    A module is named after its user interface section, else by its GUID, which is a fact like its type, version and
    dependencies. A volume of variables gives each one that is not deleted, and a fact whether Secure Boot is in force.
    Deleted files are left out.
    """
    data = artefact.data
    header = volume.read(data)
    for name, value in tree.volume_facts(header).items():
        output.fact(name, value)
    if store := variables.find(data, header):
        output.fact("variableStore", store.format)
        state = State()
        put(output, state.noting(variables.members(data, store)))
        if state.said:
            output.fact("secureBoot", state.said)
        put(output, variables.working_area(data, store, header))
    elif tree.holds_files(data, 0, header):
        put(output, tree.members(data, 0, header))
    else:
        output.file("content.bin", pieces(data, header.body, min(header.length, len(data)) - header.body))
