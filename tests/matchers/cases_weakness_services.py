"""Cases of services without protection that an image starts, and of accounts without a password."""

from dataclasses import replace

from msgspec import structs
from tests.matchers.class_cases import Case
from tests.matchers.inventories import checked, seen

from pellucid.analysis.matcher import Inventory
from pellucid.domain.component import Component, ComponentKind, Reachability
from pellucid.domain.hardening import Verdict
from pellucid.matchers.started_services import classes_of_services

SCRIPT = "fw!etc/init.d/rcS"


def started(check: str, *, runs: bool) -> Inventory:
    """An image with a script that starts something; the script is run at boot, or merely lies there."""
    image = checked("startedService", check, Verdict.FAIL, "it")
    (fact,) = image.hardening
    script = Component(
        kind=ComponentKind.SCRIPT,
        format="sh",
        architecture="",
        bits=0,
        evidence=seen(artefact=SCRIPT),
        reachability=Reachability.ENTRY_POINT if runs else Reachability.UNKNOWN,
    )
    fact = replace(fact, name="script", evidence=seen(artefact=SCRIPT))
    return structs.replace(image, hardening=(fact,), components=(script,))


def without_password(check: str, verdict: Verdict) -> Inventory:
    image = checked("accounts", check, verdict, "somebody")
    (fact,) = image.hardening
    return structs.replace(image, hardening=(replace(fact, name="passwd"),))


CASES = {
    class_id: Case(hit=started(check, runs=True), miss=started(check, runs=False))
    for check, class_id in classes_of_services().items()
    if class_id.startswith("weakness/service/")
} | {
    class_id: Case(hit=without_password(check, Verdict.FAIL), miss=without_password(check, Verdict.PASS))
    for check, class_id in (
        ("rootPassword", "weakness/account/root-without-password"),
        ("passwords", "weakness/account/without-password"),
    )
}
