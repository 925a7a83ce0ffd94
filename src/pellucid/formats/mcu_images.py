"""Headers in images for microcontrollers that say what they hold.

Espressif, ESP-IDF, esp_app_desc.h; MCUboot, design.md ("Image format"); Nordic Semiconductor, nrf_sdm.h.
"""

import re
from struct import Struct

import msgspec

from pellucid.errors import Malformed
from pellucid.formats.span import Data, take, unpack

ESP_MAGIC = b"\x32\x54\xcd\xab"
ESP_APPLICATION = Struct("<4sI8x32s32s16s16s32s32s")
MCUBOOT_MAGIC = b"\x3d\xb8\xf3\x96"
MCUBOOT_HEADER = Struct("<4sIHHIIBBHI4x")
MCUBOOT_TRAILERS = (b"\x07\x69", b"\x08\x69")
SOFTDEVICE_MAGIC = b"\xdb\xe5\xb1\x51"
SOFTDEVICE = Struct("<BxxxIIHxxII")
LARGEST_HEADER = 1 << 16
TEXT = re.compile(rb"[\x20-\x7e]*")


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An application for ESP-IDF: its name and version, that of the framework, when it was built."""

    name: str
    version: str
    framework: str
    built: str


class BootImage(msgspec.Struct, frozen=True, kw_only=True):
    """An image that MCUboot starts: the version of what is in it, and how far it reaches."""

    version: str
    load_address: int
    size: int
    flags: int


class SoftDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A Bluetooth stack of Nordic: `number` is 140 for S140, the version may be empty."""

    number: int
    version: str
    firmware_id: int


def application(data: Data, at: int) -> Application:
    """The descriptor at `at`; raises Malformed."""
    magic, _, version, name, time, date, framework, _ = unpack(ESP_APPLICATION, data, at)
    if magic != ESP_MAGIC:
        raise Malformed("no descriptor of an application")
    found = [_text(field) for field in (name, version, framework, date, time)]
    if not found[0] or not re.match(r"[vV]?\d|[0-9a-f]{7}|HEAD", found[2]):
        raise Malformed("a descriptor without a name or a framework")
    return Application(name=found[0], version=found[1], framework=found[2], built=f"{found[3]} {found[4]}".strip())


def boot_image(data: Data, at: int) -> BootImage:
    """The header at `at`, when what it describes is followed by its list of hashes and signatures; raises Malformed."""
    magic, load, header, protected, size, flags, major, minor, revision, build = unpack(MCUBOOT_HEADER, data, at)
    if magic != MCUBOOT_MAGIC or not MCUBOOT_HEADER.size <= header < LARGEST_HEADER:
        raise Malformed("no image for MCUboot")
    end = at + header + size
    if take(data, end, 2) not in MCUBOOT_TRAILERS:
        raise Malformed("an image for MCUboot that does not end where its header says")
    number = f"{major}.{minor}.{revision}" + (f"+{build}" if build else "")
    return BootImage(version=number, load_address=load, size=header + size + protected, flags=flags)


def soft_device(data: Data, at: int) -> SoftDevice:
    """What the information that has its magic at `at` says; raises Malformed. Old ones state no version."""
    length, _, size, firmware, number, version = unpack(SOFTDEVICE, data, at - 4)
    if take(data, at, 4) != SOFTDEVICE_MAGIC or not 0x10 <= length <= 0x80 or not 0 < size < 1 << 22:
        raise Malformed("no information of a SoftDevice")
    if length < SOFTDEVICE.size or not 100 <= number < 1000:
        return SoftDevice(number=0, version="", firmware_id=firmware)
    stated = f"{version // 1_000_000}.{version // 1000 % 1000}.{version % 1000}" if 0 < version < 100_000_000 else ""
    return SoftDevice(number=number, version=stated, firmware_id=firmware)


def _text(raw: bytes) -> str:
    """A field that is filled up with zero bytes; raises Malformed for one that is no text."""
    content = raw.partition(b"\0")[0]
    if not TEXT.fullmatch(content):
        raise Malformed("a text with other characters than printable ones")
    return content.decode("ascii").strip()
