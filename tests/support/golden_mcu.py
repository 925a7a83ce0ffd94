"""Golden inputs of images for microcontrollers."""

import struct
from collections.abc import Iterator

from tests.support.golden_case import Case

ESP = struct.pack(
    "<II8x32s32s16s16s32s32s",
    0xABCD5432,
    0,
    b"1.4.2-3-gabc1234",
    b"acme-sensor",
    b"10:20:30",
    b"Jan  2 2024",
    b"v5.1.2",
    bytes(range(32)),
)
FLASH = b"\xe9\x06\x02\x20" + bytes(28)
CODE = bytes(range(256)) * 2


def cases() -> Iterator[Case]:
    name = "components/esp_applications"
    yield Case(f"{name}/sensor", FLASH + ESP + CODE, "an application")
    untagged = ESP.replace(b"v5.1.2", b"1a2b3c")
    yield Case(f"{name}/untagged", FLASH + untagged.replace(b"1a2b3c", b"1a2b3c4d")[: len(ESP)] + CODE, "no release")
    yield Case(f"{name}/noise", FLASH + ESP[:4] + CODE, "a magic that stands there by chance")
    name = "components/mcuboot_images"
    yield Case(f"{name}/signed", CODE + mcuboot((2, 1, 300, 7)), "a signed image in a slot")
    yield Case(f"{name}/noise", mcuboot((1, 0, 0, 0))[:40] + CODE, "a header without an image")
    name = "components/soft_devices"
    yield Case(f"{name}/s140", bytes(64) + softdevice(140, 7_002_000) + CODE, "a current stack")
    yield Case(f"{name}/old", bytes(64) + softdevice(0, 0, length=0x10) + CODE, "an old stack")
    yield Case(f"{name}/noise", bytes(64) + b"\xdb\xe5\xb1\x51" + bytes(64), "a magic that stands there by chance")


def mcuboot(version: tuple[int, int, int, int]) -> bytes:
    """An image with its header and an empty list of hashes."""
    header = struct.pack("<IIHHIIBBHI4x", 0x96F3B83D, 0x8000, 512, 0, len(CODE), 0x10, *version)
    return header.ljust(512, b"\0") + CODE + struct.pack("<HH", 0x6907, 4)


def softdevice(number: int, version: int, *, length: int = 0x2C) -> bytes:
    """The information of a SoftDevice, as it stands 0x2000 behind its beginning."""
    return struct.pack("<BxxxIIHxxII", length, 0x51B1E5DB, 0x27000, 0x0100, number, version)
