"""Image, the kernel of arm64 and RISC-V as it lies in memory (Linux, Documentation/arch/arm64/booting.rst)."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats.linux import contents, flat
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """As an EFI program, where it is one. Else all that there is, at most the size that the header states: it is
    that in memory, and the file ends before it.
    """
    there = len(data) - start
    image = flat.read(data, start)
    return min(flat.program_size(data, start) or there, image.size or there, there)


@extractor(
    name="linux_image",
    version=1,
    signatures=(Signature(flat.ARM64, at=flat.MAGIC_AT), Signature(flat.RISCV, at=flat.MAGIC_AT)),
    measure=measure,
    carve=False,
    partial=True,
)
def linux_image(artefact: Artefact, output: Output) -> None:
    """Take the initramfs and the configuration out of a kernel that is not compressed.

    Its header's fields and the version become facts.
    """
    data = artefact.data
    image = flat.read(data)
    output.fact("architecture", image.architecture)
    output.fact("textOffset", f"0x{image.text_offset:x}")
    output.fact("size", image.size)
    output.fact("flags", f"0x{image.flags:x}")
    if image.page_size:
        output.fact("pageSize", image.page_size)
    if banner := contents.banner(data):
        output.fact("version", banner)
    for at in contents.configs(data):
        output.file("config", contents.config(data, at))
    for part in contents.initramfs(data):
        output.part(part.name, data, part.at, part.size)
