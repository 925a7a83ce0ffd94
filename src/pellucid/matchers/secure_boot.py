"""Whether Secure Boot is in force, as stores of UEFI variables state it."""

from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.matchers.classes import finding_of

NAME = "secure_boot"
KINDS = frozenset(("uefi_volume", "uefi_nvar"))
CLASSES = {"setup": "mitigation/secure-boot/setup-mode", "off": "mitigation/secure-boot/switched-off"}


@matcher(name=NAME, version=1)
def secure_boot(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report stores of UEFI variables of systems that have been started without a platform key, or with Secure Boot
    switched off.

    A store without any variable that a start leaves is no evidence: firmware may put its keys there at first.
    """
    found: dict[str, dict[str, Evidence]] = {}
    for place in inventory.places:
        artefact = place.artefact
        if artefact is None or artefact.kind not in KINDS:
            continue
        said = artefact.metadata.get("secureBoot", "")
        if class_id := CLASSES.get(said):
            seen = Evidence(offset=0, seen=f"secureBoot={said}", artefact=artefact.path)
            found.setdefault(class_id, {})[artefact.path] = seen
    for class_id, places in sorted(found.items()):
        yield finding_of(class_id, tuple(places.values()))
