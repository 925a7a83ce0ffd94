"""Cases of Secure Boot."""

from tests.matchers.class_cases import Case
from tests.matchers.inventories import checked, container

from pellucid.domain.hardening import Verdict

ENFORCED = container("uefi_volume", {"variableStore": "authenticated", "secureBoot": "enforced"})
CASES = {
    "mitigation/secure-boot/setup-mode": Case(
        hit=container("uefi_volume", {"variableStore": "authenticated", "secureBoot": "setup"}), miss=ENFORCED
    ),
    "mitigation/secure-boot/switched-off": Case(hit=container("uefi_nvar", {"secureBoot": "off"}), miss=ENFORCED),
    "mitigation/secure-boot/nothing-revoked": Case(
        hit=checked("secureBoot", "revocations", Verdict.FAIL, "empty"),
        miss=checked("secureBoot", "revocations", Verdict.UNKNOWN, "77"),
    ),
    "mitigation/secure-boot/old-revocations": Case(
        hit=checked("secureBoot", "revocations", Verdict.FAIL, "old"),
        miss=checked("secureBoot", "revocations", Verdict.PASS, "371"),
    ),
    "mitigation/secure-boot/certificates-of-2011": Case(
        hit=checked("secureBoot", "keyExchange", Verdict.FAIL, "2011"),
        miss=checked("secureBoot", "thirdParty", Verdict.PASS, "2023"),
    ),
}
