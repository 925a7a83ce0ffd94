"""Cases of classes of findings: for each class an inventory in which a matcher sees it, and one in which none does.

A family of classes has a module `tests/matchers/cases_<family>.py` with CASES; it is named in FAMILIES.
"""

from dataclasses import dataclass, field
from importlib import import_module

from tests.support.statements import Statements

from pellucid.analysis.matcher import Inventory, StatementIndex

FAMILIES = (
    "microcode",
    "boot",
    "crypto",
    "kernel_module",
    "mitigation_elf",
    "mitigation_kernel",
    "mitigation_macho",
    "mitigation_pe",
    "mitigation_systemd",
    "rules",
    "secret",
    "secure_boot",
    "vulnerability",
    "weakness_permissions",
    "weakness_services",
    "weakness_settings",
    "weakness_unsafe_functions",
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """`hit` holds what the class is about, `miss` something that is as like it as possible and is not.

    `index` is what advisories say.
    """

    hit: Inventory
    miss: Inventory
    index: StatementIndex = field(default_factory=Statements)


def cases() -> dict[str, Case]:
    """Those of all families by the id of their class."""
    return {
        id_: case for family in FAMILIES for id_, case in import_module(f"tests.matchers.cases_{family}").CASES.items()
    }
