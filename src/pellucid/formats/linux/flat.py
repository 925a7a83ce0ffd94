"""Image of arm64 and RISC-V (Linux, Documentation/arch/{arm64/booting,riscv/boot-image-header}.rst), and EFI zboot.

An Image is the kernel as it lies in memory; zboot is an EFI program around a compressed one (efi/libstub/zboot).
"""

from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import pe
from pellucid.formats.span import Data, unpack

ARM64, RISCV = b"ARM\x64", b"RSC\x05"
MAGIC_AT = 56
HEADER = Struct("<8x3Q")
LARGEST = 1 << 30
ZBOOT = b"zimg"
ZBOOT_AT = 4
ZBOOT_HEADER = Struct("<4s4s2I8x32s")
PAGE_SIZES = {1: "4K", 2: "16K", 3: "64K"}


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """`text_offset` counts from the start of memory, `size` with what is only zeros in memory, in bytes."""

    architecture: str
    text_offset: int
    size: int
    flags: int

    @property
    def page_size(self) -> str:
        """Of arm64; empty when not stated."""
        return PAGE_SIZES.get(self.flags >> 1 & 3, "") if self.architecture == "arm64" else ""


class Zboot(msgspec.Struct, frozen=True, kw_only=True):
    """Where the compressed kernel is, and what made it, as the header says."""

    payload_at: int
    payload_size: int
    compression: str


def read(data: Data, start: int = 0) -> Image:
    """The header of an Image at `start`; raises Malformed for what cannot be one."""
    magic = data[start + MAGIC_AT : start + MAGIC_AT + 4]
    if magic not in (ARM64, RISCV):
        raise Malformed("no Image of Linux")
    text_offset, size, flags = unpack(HEADER, data, start)
    # Kernels before 3.17 state no size.
    if size > LARGEST or text_offset > LARGEST or flags >> 16 or (size and size < MAGIC_AT + 8):
        raise Malformed("the header of an Image is impossible")
    name = "arm64" if magic == ARM64 else "riscv"
    return Image(architecture=name, text_offset=text_offset, size=size, flags=flags)


def program_size(data: Data, start: int = 0) -> int:
    """The length of the EFI program that an image is as well, with its certificates; 0 when it is none."""
    try:
        program = pe.read(data, start)
    except Malformed:
        return 0
    at, size = program.directory(pe.CERTIFICATES)
    return at + size if at >= program.end else program.end


def read_zboot(data: Data, start: int = 0) -> Zboot:
    """The header of a zboot image at `start`; raises Malformed for what cannot be one."""
    first, magic, at, size, name = unpack(ZBOOT_HEADER, data, start)
    text = name.partition(b"\0")[0]
    if first != b"MZ\0\0" or magic != ZBOOT or not text.isalnum():
        raise Malformed("no zboot image")
    if not ZBOOT_HEADER.size <= at < LARGEST or not 0 < size < LARGEST:
        raise Malformed("the payload of a zboot image lies outside it")
    return Zboot(payload_at=at, payload_size=size, compression=text.decode("ascii"))
