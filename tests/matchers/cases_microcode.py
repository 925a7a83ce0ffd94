"""Cases of microcode."""

from tests.matchers.class_cases import Case
from tests.matchers.inventories import checked

from pellucid.domain.hardening import Verdict

CASES = {
    "weakness/microcode/outdated": Case(
        hit=checked("microcode", "revision", Verdict.FAIL, "0x100"),
        miss=checked("microcode", "revision", Verdict.UNKNOWN, "0x100"),
    ),
}
