"""Expansion ROMs of PCI cards: a chain of images (PCI Firmware Specification 3.3, 5.1; UEFI 2.10, 14.4.2)."""

from struct import Struct

import msgspec
from msgspec import structs

from pellucid.errors import Malformed
from pellucid.formats import tiano
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.uefi.te import MACHINES

MAGIC = b"PCIR"
START = b"\x55\xaa"
STRUCTURE_AT = 0x18
STRUCTURE = Struct("<4sHHHHB3sHHBB")
EFI_HEADER = Struct("<2sHIHHH8xH")
EFI_MAGIC = 0x0EF1
UNIT = 512
LAST = 0x80
EFI = 3
MOST_IMAGES = 64
LARGEST_IMAGE = 16 << 20
CODE_TYPES = {0: "x86", 1: "openFirmware", 2: "hpPaRisc", EFI: "efi"}


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """One image from `at`, `length` bytes long. `compressed` and the fields after it are those of EFI images."""

    at: int
    length: int
    vendor: int
    device: int
    class_code: int
    revision: int
    code_type: int
    last: bool
    machine: str = ""
    subsystem: int = 0
    compressed: int = 0
    content_at: int = 0

    @property
    def facts(self) -> dict[str, str]:
        """Its header in words."""
        found = {
            "codeType": CODE_TYPES.get(self.code_type, str(self.code_type)),
            "vendorId": f"0x{self.vendor:04x}",
            "deviceId": f"0x{self.device:04x}",
            "classCode": f"0x{self.class_code:06x}",
            "codeRevision": str(self.revision),
        }
        if self.machine:
            compression = {0: "none", 1: "efi"}.get(self.compressed, str(self.compressed))
            found |= {"machine": self.machine, "subsystem": str(self.subsystem), "compression": compression}
        return found


def images(data: Data, start: int = 0) -> list[Image]:
    """The chain from `start`, to its end or to where it is broken; raises Malformed when the first is no image."""
    found = [_image(data, start)]
    while not found[-1].last and len(found) < MOST_IMAGES:
        try:
            found.append(_image(data, found[-1].at + found[-1].length))
        except Malformed:
            break
    return found


def program(data: Data, image: Image) -> bytes:
    """The PE image in an EFI image, unpacked."""
    begin = image.at + image.content_at
    packed = take(data, begin, image.at + image.length - begin)
    if image.compressed == 0:
        return packed
    if image.compressed == 1:
        return tiano.unpacked(packed, tiano.EFI, LARGEST_IMAGE)
    raise Malformed(f"an image is compressed in the unknown way {image.compressed}")


def _image(data: Data, at: int) -> Image:
    if data[at : at + 2] != START:
        raise Malformed("no image of an expansion ROM")
    structure = at + int.from_bytes(take(data, at + STRUCTURE_AT, 2), "little")
    fields = unpack(STRUCTURE, data, structure)
    magic, vendor, device, _, size, _, code, units, revision, kind, indicator = fields
    if magic != MAGIC or size < STRUCTURE.size or not units or units * UNIT > LARGEST_IMAGE:
        raise Malformed("no image of an expansion ROM")
    if structure + size > at + units * UNIT:
        raise Malformed("an image of an expansion ROM is shorter than its headers")
    image = Image(
        at=at,
        length=units * UNIT,
        vendor=vendor,
        device=device,
        class_code=int.from_bytes(code, "little"),
        revision=revision,
        code_type=kind,
        last=bool(indicator & LAST),
    )
    return _with_efi_header(data, image) if kind == EFI else image


def _with_efi_header(data: Data, image: Image) -> Image:
    _, _, magic, subsystem, machine, compressed, offset = unpack(EFI_HEADER, data, image.at)
    if magic != EFI_MAGIC or not EFI_HEADER.size <= offset < image.length:
        raise Malformed("no EFI image of an expansion ROM")
    return structs.replace(
        image,
        machine=MACHINES.get(machine, f"0x{machine:04x}"),
        subsystem=subsystem,
        compressed=compressed,
        content_at=offset,
    )
