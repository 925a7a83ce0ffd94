"""Cases of what modules of the Linux kernel lack, and of what is wrong with them."""

from tests.matchers.class_cases import Case
from tests.matchers.inventories import checked

from pellucid.domain.hardening import Verdict

GOOD = checked("kernelModule", "signature", Verdict.PASS, "sha256")
CASES = {
    "mitigation/kernel-module/unsigned": Case(
        hit=checked("kernelModule", "signature", Verdict.FAIL, "unsigned"), miss=GOOD
    ),
    "weakness/kernel-module/weak-digest": Case(
        hit=checked("kernelModule", "signature", Verdict.FAIL, "weakDigest"), miss=GOOD
    ),
}
