"""Golden inputs of microcode."""

from collections.abc import Iterator

from tests.support.golden_case import Case
from tests.support.pc_firmware import microcode

NAME = "hardening/microcode_revisions"


def cases() -> Iterator[Case]:
    yield Case(f"{NAME}/old", microcode(0x906EA, 0xF8), "an update that is older than a security release")
    yield Case(f"{NAME}/recent", microcode(0x906EA, 0xFA), "an update that is as new as the security release")
    several = microcode(0x906EA, 0x102, further=(0x906EB, 0x10))
    yield Case(f"{NAME}/several", several, "an update for three processors, of which two are not known")
    yield Case(f"{NAME}/broken", microcode(0x906EA, 0xF8)[:-1] + b"\1", "an update whose sum is wrong")
