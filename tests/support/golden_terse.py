"""Golden inputs of terse executables."""

from collections.abc import Iterator

from tests.support.golden_case import Case
from tests.support.terse_images import CODE, terse

COMPONENTS, HARDENING = "components/terse_components", "hardening/terse_hardening"


def cases() -> Iterator[Case]:
    for unit in (COMPONENTS, HARDENING):
        yield Case(f"{unit}/packed", terse(), "a module for AArch64 that runs from flash")
        yield Case(f"{unit}/broken", terse()[:100], "a module that is cut off in its sections")
    narrow = terse(0x14C, path=b"")
    yield Case(f"{COMPONENTS}/narrow", narrow, "a module for 32-bit x86 that names no debug file")
    open_ = terse(0x8664, flags=CODE | 1 << 31, entry=0x9000, alignment=4096)
    yield Case(
        f"{HARDENING}/writable", open_, "a module in pages whose code can be written to, with an entry elsewhere"
    )
