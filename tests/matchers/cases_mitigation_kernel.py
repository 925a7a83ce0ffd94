"""Cases of what a Linux kernel was built without, or with."""

from tests.matchers.class_cases import Case
from tests.matchers.inventories import checked

from pellucid.domain.hardening import Verdict

TOPICS = {
    "memoryPermissions": "mitigation/kernel/memory-permissions",
    "stackProtection": "mitigation/kernel/stack-protection",
    "addressRandomisation": "mitigation/kernel/address-randomisation",
    "heapHardening": "mitigation/kernel/heap-hardening",
    "boundsChecks": "mitigation/kernel/bounds-checks",
    "memoryAccess": "mitigation/kernel/memory-access",
    "processorFaults": "mitigation/kernel/processor-faults",
    "userMemoryAccess": "mitigation/kernel/user-memory-access",
    "moduleSignatures": "mitigation/kernel/module-signatures",
    "confinement": "mitigation/kernel/confinement",
    "legacyInterfaces": "mitigation/kernel/legacy-interfaces",
}

CASES = {
    class_id: Case(
        hit=checked("kernelConfig", "OPTION", Verdict.FAIL, topic),
        miss=checked("kernelConfig", "OPTION", Verdict.NOT_APPLICABLE, topic),
    )
    for topic, class_id in TOPICS.items()
}
