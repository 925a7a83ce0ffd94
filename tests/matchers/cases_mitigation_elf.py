"""Cases of what programs in ELF lack, and of what is wrong with them."""

from tests.matchers.class_cases import Case
from tests.matchers.elf_trees import program, tree
from tests.matchers.inventories import checked

from pellucid.domain.hardening import Verdict


def case(check: str, value: str, good: str, verdict: Verdict = Verdict.PASS) -> Case:
    return Case(hit=checked("elf", check, Verdict.FAIL, value), miss=checked("elf", check, verdict, good))


CASES = {
    "mitigation/elf/branch-targets-unchecked": case("bti", "absent", "marked"),
    "mitigation/elf/canary-missing": case("stackCanary", "absent", "littleCode", Verdict.UNKNOWN),
    "mitigation/elf/fortify-missing": case("fortify", "0/3", "1/3"),
    "mitigation/elf/pie-missing": case("pie", "exec", "shared", Verdict.NOT_APPLICABLE),
    "mitigation/elf/privileged-unguarded": Case(
        hit=tree(program("bin/su", 0o4755, {"pie": "exec"})), miss=tree(program("bin/ls", 0o755, {"pie": "exec"}))
    ),
    "mitigation/elf/relro-missing": case("relro", "none", "full"),
    "mitigation/elf/relro-partial": Case(
        hit=checked("elf", "relro", Verdict.FAIL, "partial"), miss=checked("elf", "relro", Verdict.FAIL, "none")
    ),
    "mitigation/elf/return-addresses-unsigned": case("pac", "absent", "unmarked"),
    "mitigation/elf/shadow-stack-missing": case("shstk", "absent", "marked"),
    "mitigation/elf/stack-unmarked": Case(
        hit=checked("elf", "nx", Verdict.FAIL, "unmarked"), miss=checked("elf", "nx", Verdict.FAIL, "executable")
    ),
    "weakness/elf/executable-stack": case("executableStack", "present", "absent"),
    "weakness/elf/library-path-relative": Case(
        hit=checked("elf", "runpath", Verdict.FAIL, "empty"), miss=checked("elf", "rpath", Verdict.PASS, "origin")
    ),
    "weakness/elf/library-path-writable": Case(
        hit=tree(program("bin/a", runpath="/opt/lib"), folders={"opt": 0o755, "opt/lib": 0o777}),
        miss=tree(program("bin/a", runpath="/opt/lib"), folders={"opt": 0o777, "opt/lib": 0o755}),
    ),
    "weakness/elf/text-relocations": case("textRelocations", "present", "absent"),
    "weakness/elf/write-execute-segment": case("writeExecuteSegments", "present", "absent"),
}
