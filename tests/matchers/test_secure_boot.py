"""Whether Secure Boot is in force."""

from msgspec import structs
from tests.matchers.inventories import container, findings
from tests.support.statements import Statements

from pellucid.analysis.matcher import Inventory
from pellucid.matchers.secure_boot import secure_boot


def classes(*inventories: Inventory) -> dict[str, list[str]]:
    places = tuple(place for item in inventories for place in item.places)
    found = findings(secure_boot(structs.replace(inventories[0], places=places), Statements()))
    return {item.class_: [sight.artefact for sight in item.evidence] for item in found}


def test_stores_of_one_kind_are_one_finding() -> None:
    first, second = (container("uefi_volume", {"secureBoot": "setup"}, path) for path in ("a.fd", "b.fd"))
    off = container("uefi_nvar", {"secureBoot": "off"}, "c.bin")
    assert classes(first, second, first, off) == {
        "mitigation/secure-boot/setup-mode": ["a.fd", "b.fd"],
        "mitigation/secure-boot/switched-off": ["c.bin"],
    }


def test_what_is_in_force_or_not_stated_is_none() -> None:
    enforced = container("uefi_volume", {"secureBoot": "enforced"})
    silent = container("uefi_volume", {"variableStore": "standard"})
    elsewhere = container("tar", {"secureBoot": "setup"})
    assert classes(enforced, silent, elsewhere) == {}
