"""One small valid input for every extractor of UEFI and PC firmware."""

from tests.support import pc_firmware as pc
from tests.support import tiano_encoder
from tests.support import uefi_images as uefi
from tests.support.pe_images import Tree, image, version


def inputs() -> dict[str, bytes]:
    """By the extractor's name."""
    return {
        "uefi_volume": _volume(),
        "option_rom": _option_rom(),
        "pe": _pe(),
        "intel_flash": pc.flash({1: b"bios", 2: b"engine"}, oem=b"oem"),
        "intel_microcode": pc.microcode(0x906EA, 1, further=(0x906EB,)) + pc.microcode(0x806EC, 2),
        "uefi_capsule": pc.capsule(
            pc.MANAGEMENT, pc.managed((b"MZ",), (pc.payload(b"x", signature=b"s", vendor=b"v"),))
        ),
        "uefi_nvar": pc.nvar(b"\0Setup\0abc", attributes=0x83, following=21)
        + pc.nvar(b"new", attributes=0x88)
        + pc.nvar(bytes(16) + "wide\0".encode("utf-16-le") + b"data", attributes=0x84)
        + b"\xff" * 16
        + bytes(range(16)),
    }


def _volume() -> bytes:
    inner = uefi.volume(
        uefi.file(
            uefi.module(2),
            uefi.DRIVER,
            uefi.sections(
                uefi.section(0x13, b"\x02" + bytes(16) + b"\x08"),
                uefi.section(0x10, b"MZ" + bytes(200)),
                uefi.section(0x15, uefi.text("Inner")),
                uefi.section(0x14, b"\1\0" + uefi.text("1.0")),
            ),
        ),
        name=uefi.module(9),
    )
    packed = uefi.alone(uefi.sections(uefi.section(0x17, inner), uefi.section(0x19, b"raw")))
    return uefi.volume(
        uefi.file(uefi.module(1), uefi.VOLUME_IMAGE, uefi.defined(uefi.LZMA, packed)),
        uefi.file(uefi.module(3), uefi.RAW, b"content"),
        uefi.file(uefi.module(4), uefi.FREEFORM, uefi.crc32(uefi.section(0x18, bytes(16) + b"free"))),
        system=uefi.FFS3,
    )


def _option_rom() -> bytes:
    packed = tiano_encoder.encode(b"MZ" + b"program " * 50, tiano_encoder.EFI)
    return uefi.option_rom(0, b"code" * 20, last=False) + uefi.option_rom(3, packed, compressed=1)


def _pe() -> bytes:
    resources: Tree = {16: {1: {1033: version({"CompanyName": "x"})}}, "named": {1: {0: b"data"}}}
    sections = {
        ".text": b"code",
        ".sbat": b"sbat",
        ".vendor_cert": b"\4\0\0\0" + bytes(4) + b"\x10" + bytes(7) + b"cert",
    }
    return image(sections, resources=resources, certificates=((2, b"signature"),), overlay=b"attached")
