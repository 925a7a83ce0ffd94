"""Checksums that agree with whatever is stated, so that mutated inputs come past them.

Whoever makes a hostile file computes its checksums right, and fuzzing that stops at each of them tests little else.
Instead of repairing inputs, what computes checksums gives a number that is equal to all others.
"""

import binascii
import importlib
import sys
import zlib
from collections.abc import Callable
from typing import Any

real_crc32 = zlib.crc32

# Modules that compare sums, and functions of modules that compute or check checksums of their own.
SUMS = ("intel_hex", "intel_microcode", "lzh", "romfs", "srec", "tar", "udf.descriptors", "uefi.ffs", "uefi.volume")
FUNCTIONS = (
    ("cab", "_checksum"),
    ("crc32c", "crc32c"),
    ("exfat", "_check_sum"),
    ("fat_names", "_checksum"),
    ("lzh", "_crc16"),
    ("vhd", "_sum"),
)


class Agreeing(int):
    """Equal to every number, false like the rest of a sum that must be zero; so is what is computed with it."""

    def __eq__(self, _: object) -> bool:
        return True

    def __ne__(self, _: object) -> bool:
        return False

    def __bool__(self) -> bool:
        return False

    def __hash__(self) -> int:
        return int.__hash__(self)


def _kept(name: str) -> Callable[..., Agreeing]:
    operation: Callable[..., int] = getattr(int, name)
    return lambda *operands: Agreeing(operation(*operands))


for _name in ("and", "or", "xor", "add", "sub"):
    for _method in (f"__{_name}__", f"__r{_name}__"):
        setattr(Agreeing, _method, _kept(_method))
setattr(Agreeing, "__invert__", _kept("__invert__"))  # noqa: B010 (a method that int has cannot be assigned plainly)


class Checksums:
    """Makes them agree while `agreeing`. Create it before the readers are imported, `install` it afterwards."""

    def __init__(self) -> None:
        self.agreeing = False
        zlib.crc32 = self._wrapped(zlib.crc32)
        binascii.crc32 = self._wrapped(binascii.crc32)
        zlib.adler32 = self._wrapped(zlib.adler32)
        binascii.crc_hqx = self._wrapped(binascii.crc_hqx)
        # Others import it by name, so it has to be there before them.
        self._replace("crc32c", "crc32c")

    def install(self) -> None:
        """Replace what readers compute themselves."""
        for name in SUMS:
            module = importlib.import_module(f"pellucid.formats.{name}")
            setattr(module, "sum", self._wrapped(sum))  # noqa: B010 (no attribute that the module declares)
        for name, function in FUNCTIONS:
            if name != "crc32c":
                self._replace(name, function)

    def choose(self, data: bytes) -> None:
        """Whether they agree depends on the input alone, so that it can be reproduced: for three of four they do."""
        self.agreeing = real_crc32(data) & 3 != 0

    def _replace(self, name: str, function: str) -> None:
        module = importlib.import_module(f"pellucid.formats.{name}")
        setattr(module, function, self._wrapped(getattr(module, function)))
        assert module is sys.modules[f"pellucid.formats.{name}"]

    def _wrapped(self, compute: Callable[..., Any]) -> Callable[..., Any]:
        def computed(*arguments: Any) -> Any:
            if not self.agreeing:
                return compute(*arguments)
            try:
                result = compute(*arguments)
            except Exception as error:
                if type(error).__name__ == "Malformed":
                    return None
                raise
            return Agreeing(result) if isinstance(result, int) else result

        return computed
