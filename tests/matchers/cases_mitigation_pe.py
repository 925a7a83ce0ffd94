"""Cases of what images in PE lack, and of faults in their signatures."""

from tests.matchers.class_cases import Case
from tests.matchers.inventories import checked

from pellucid.domain.hardening import Verdict

FAILED = {
    "mitigation/pe/aslr-missing": ("aslr", "stripped", "on"),
    "mitigation/pe/high-entropy-missing": ("highEntropy", "program", "on"),
    "mitigation/pe/dep-missing": ("dep", "off", "on"),
    "mitigation/pe/efi-nx-missing": ("dep", "efi", "on"),
    "mitigation/pe/cfg-missing": ("cfg", "off", "on"),
    "mitigation/pe/cfg-ineffective": ("cfg", "noTable", "on"),
    "mitigation/pe/safeseh-missing": ("safeSeh", "off", "none"),
    "mitigation/pe/gs-missing": ("gs", "off", "on"),
    "mitigation/pe/efi-section-alignment": ("pageAlignment", "512", "4096"),
    "weakness/pe/writable-code": ("writableCode", "some", "none"),
    "weakness/pe/shared-section": ("sharedSections", "some", "none"),
    "weakness/pe/signature-changed": ("authenticode", "changed", "valid"),
    "weakness/pe/signature-refuted": ("authenticode", "refuted", "untimed"),
    "weakness/pe/signature-expired": ("authenticode", "expired", "valid"),
}
CASES = {
    class_id: Case(hit=checked("pe", check, Verdict.FAIL, value), miss=checked("pe", check, Verdict.PASS, other))
    for class_id, (check, value, other) in FAILED.items()
}
