"""The numbers of Unix devices: which driver (major) and which of its devices (minor) a special file stands for."""

from pellucid.domain.entry import EntryKind

DEVICES = frozenset({EntryKind.BLOCK_DEVICE, EntryKind.CHARACTER_DEVICE})
Number = tuple[int, int]
"""(major, minor)"""


def facts(kind: EntryKind, number: Number | None) -> dict[str, str]:
    """The fact that an entry of `kind` stands for a device; none for other kinds and without a number."""
    return {"device": f"{number[0]}:{number[1]}"} if kind in DEVICES and number else {}


def narrow(number: int) -> Number:
    """From 16 bits, eight for each."""
    return number >> 8 & 0xFF, number & 0xFF


def wide(number: int) -> Number:
    """From 32 bits, as Linux packs twelve bits of major and twenty of minor around the 16 bits of old."""
    return number >> 8 & 0xFFF, number & 0xFF | number >> 12 & 0xFFF00


def either(raw: bytes) -> Number:
    """From two words, little endian, as ext and F2FS keep them: the 16 bits of old, or 32 behind a zero."""
    old, new = int.from_bytes(raw[:4], "little"), int.from_bytes(raw[4:8], "little")
    return narrow(old) if old else wide(new)
