"""What ELF files carry beside their program (System V gABI): kernels, appended data, signatures of modules."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats import elf_layout
from pellucid.formats.identify import is_padding
from pellucid.formats.linux import contents
from pellucid.formats.span import Data

SMALLEST_OVERLAY = 16


def measure(data: Data, start: int) -> int:
    """Raises Malformed for a file that carries nothing: it is a leaf. Inside other data, what its tables span."""
    layout = elf_layout.read(data, start)
    if start:
        return layout.end
    if not layout.is_kernel and not _overlay(data, layout.end)[1] and not elf_layout.module_signature(data)[1]:
        raise Malformed("an ELF file with nothing behind it")
    return len(data)


@extractor(name="elf", version=1, signatures=(Signature(elf_layout.MAGIC),), measure=measure, partial=True)
def elf(artefact: Artefact, output: Output) -> None:
    """Take out what stands behind the end of an ELF file, such as the file system of an AppImage.

    Of a kernel, its configuration and initramfs, with its version as a fact; of a signed module, its signature.
    """
    data = artefact.data
    layout = elf_layout.read(data)
    at, size = _overlay(data, layout.end)
    if size:
        output.fact("overlayOffset", f"0x{at:x}")
        output.part("overlay", data, at, size)
    at, size = elf_layout.module_signature(data)
    if size:
        output.fact("signature", f"0x{at:x}")
        output.part("signature.p7s", data, at, size)
    if layout.is_kernel:
        if banner := contents.banner(data):
            output.fact("version", banner)
        for place in contents.configs(data):
            output.file("config", contents.config(data, place))
        for part in contents.initramfs(data):
            output.part(part.name, data, part.at, part.size)


def _overlay(data: Data, end: int) -> tuple[int, int]:
    """(offset, size) of what stands between the end of the file's own parts and a signature, if it is anything."""
    if len(data) - end < SMALLEST_OVERLAY:
        return 0, 0
    at, _ = elf_layout.module_signature(data)
    stop = at or len(data)
    if stop - end < SMALLEST_OVERLAY or is_padding(data, end, stop):
        return 0, 0
    return end, stop - end
