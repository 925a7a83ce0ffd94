"""Cases of what services of systemd lack."""

from dataclasses import replace

from msgspec import structs
from tests.matchers.class_cases import Case
from tests.matchers.inventories import checked, seen

from pellucid.analysis.matcher import Inventory
from pellucid.domain.entry import Entry, EntryKind
from pellucid.domain.hardening import Verdict
from pellucid.domain.place import ScannedPlace


def unconfined(service: str, wanted: str) -> Inventory:
    """A service that nothing confines, and the name of what is wanted."""
    image = checked("systemdUnit", "sandboxing", Verdict.FAIL, "none")
    (fact,) = image.hardening
    link = Entry(name=f"etc/systemd/system/multi-user.target.wants/{wanted}", kind=EntryKind.SYMLINK)
    fact = replace(fact, evidence=seen(artefact=f"fw!lib/systemd/system/{service}"))
    return structs.replace(image, hardening=(fact,), places=(ScannedPlace(parent=0, entry=link),))


CASES = {
    "mitigation/systemd/no-sandboxing": Case(
        hit=unconfined("nginx.service", "nginx.service"), miss=unconfined("nginx.service", "other.service")
    )
}
