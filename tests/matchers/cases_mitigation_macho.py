"""Cases of what images in Mach-O lack, and of what is wrong with them."""

from tests.matchers.class_cases import Case
from tests.matchers.inventories import checked

from pellucid.domain.hardening import Verdict

FAILED = {
    "mitigation/macho/pie-missing": ("pie", "off", "on"),
    "mitigation/macho/executable-stack": ("nxStack", "off", "on"),
    "mitigation/macho/executable-heap": ("nxHeap", "off", "always"),
    "mitigation/macho/canary-missing": ("stackCanary", "off", "on"),
    "mitigation/macho/hardened-runtime-missing": ("hardenedRuntime", "signed", "on"),
    "weakness/macho/writable-code": ("writableCode", "some", "none"),
    "weakness/macho/open-runpath": ("runpath", "open", "fixed"),
    "weakness/macho/signature-changed": ("codeSignature", "changed", "adHoc"),
    "weakness/macho/debuggable": ("debuggable", "on", "off"),
    "weakness/macho/runtime-exceptions": ("runtimeExceptions", "some", "none"),
}
CASES = {
    class_id: Case(hit=checked("macho", check, Verdict.FAIL, value), miss=checked("macho", check, Verdict.PASS, other))
    for class_id, (check, value, other) in FAILED.items()
}
