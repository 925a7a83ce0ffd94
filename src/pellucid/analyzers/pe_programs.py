"""A PE image with what the checks of its protections ask for."""

from contextlib import suppress

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.windows import assembly_of, pe_of
from pellucid.errors import Malformed
from pellucid.formats import clr_metadata, pe, pe_load_config
from pellucid.formats.pe_forms import Form, form

NOT_FOR = {
    Form.DRIVER: "The kernel of Windows decides this for its drivers.",
    Form.EFI: "Firmware does not do this for EFI images.",
    Form.MANAGED: "The assembly holds no machine code: the runtime of .NET decides this.",
    Form.RESOURCES: "The library holds resources alone, and no code.",
    Form.OTHER: "The image is for another system than Windows, or one that it does not name.",
}
"""Why what Windows does for programs and libraries is not asked of others."""


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """An image with what its checks ask for, read once. `damage` says why the load configuration cannot be read."""

    image: pe.Image
    form: Form
    config: pe_load_config.LoadConfig | None
    clr: clr_metadata.Header | None
    damage: str

    @property
    def is_native(self) -> bool:
        """Whether it is machine code that runs in a process of Windows."""
        return self.form in (Form.PROGRAM, Form.LIBRARY)


def program_of(artefact: Artefact) -> Program:
    """Raises Malformed for what is no PE image."""
    image = pe_of(artefact)
    config, clr, damage = None, None, ""
    try:
        config = pe_load_config.read(artefact.data, image)
    except Malformed as error:
        damage = error.message
    with suppress(Malformed):
        clr = clr_metadata.header(artefact.data, image) if assembly_of(artefact) else None
    return Program(image=image, form=form(image, clr), config=config, clr=clr, damage=damage)
