"""Cases of what programs in ELF lack."""

from tests.matchers.class_cases import Case
from tests.matchers.inventories import checked

from pellucid.domain.hardening import Verdict

CASES = {
    "mitigation/elf/relro-missing": Case(
        hit=checked("elf", "relro", Verdict.FAIL, "none"), miss=checked("elf", "relro", Verdict.PASS, "full")
    ),
}
