"""What kind of a program a PE image is: protections do not mean the same for each (Microsoft, "PE Format")."""

from enum import StrEnum

from pellucid.formats import clr_metadata, pe

LIBRARY_FLAG = 0x2000
CODE, EXECUTE = 0x20, 0x2000_0000
WINDOWS_SUBSYSTEMS = frozenset(("windowsGui", "windowsConsole", "windowsBootApplication"))
EFI_SUBSYSTEMS = frozenset(("efiApplication", "efiBootServiceDriver", "efiRuntimeDriver", "efiRom"))


class Form(StrEnum):
    """`MANAGED` is for the runtime of .NET and holds no machine code, `RESOURCES` is a library without any code.

    `OTHER` is for a system that is neither Windows nor EFI, such as Windows CE.
    """

    PROGRAM = "program"
    LIBRARY = "library"
    DRIVER = "driver"
    EFI = "efi"
    MANAGED = "managed"
    RESOURCES = "resources"
    OTHER = "other"


def form(image: pe.Image, clr: clr_metadata.Header | None) -> Form:
    """By the headers; `clr` is that of the runtime of .NET, where there is one."""
    if image.subsystem in EFI_SUBSYSTEMS:
        return Form.EFI
    if clr and clr.is_managed_only:
        return Form.MANAGED
    if image.subsystem == "native":
        return Form.DRIVER
    if image.subsystem not in WINDOWS_SUBSYSTEMS:
        return Form.OTHER
    if not image.entry and not any(section.flags & (CODE | EXECUTE) for section in image.sections):
        return Form.RESOURCES
    return Form.LIBRARY if image.flags & LIBRARY_FLAG else Form.PROGRAM
