"""Cases of what is wrong with how servers, logins and the kernel are set up, of accounts and rights, of services."""

from msgspec import structs
from tests.matchers.class_cases import Case
from tests.matchers.inventories import asset, checked, inventory

from pellucid.analysis.matcher import Inventory
from pellucid.domain.crypto_asset import CryptoKind
from pellucid.domain.entry import Entry
from pellucid.domain.hardening import Verdict
from pellucid.domain.place import ScannedArtefact, ScannedPlace
from pellucid.matchers.failed_checks import table

FAMILIES = (
    "container",
    "ssh",
    "http",
    "share",
    "broker",
    "database",
    "snmp",
    "upnp",
    "wireless",
    "sysctl",
    "login",
    "android",
)
PRIVILEGES = ("account", "sudo", "pam")


def case(subject: str, check: str, value: str) -> Case:
    """A check that fails, and the same one that passes."""
    return Case(
        hit=checked(subject, check, Verdict.FAIL, value or "yes"), miss=checked(subject, check, Verdict.PASS, "no")
    )


def with_hidden_key(*, hidden: bool) -> Inventory:
    """A container image whose lower layer has a key; the upper one deletes it, or does not."""
    path = "fw!shadowed/0/etc/server.key"
    entry = Entry(name="shadowed/0/etc/server.key", facts={"shadowedBy": "sha256:0"} if hidden else {})
    place = ScannedPlace(parent=0, entry=entry, artefact=ScannedArtefact(path=path, sha256="0", size=1, kind="text"))
    return structs.replace(inventory(assets=(asset(CryptoKind.PRIVATE_KEY, "aa", path),)), places=(place,))


CASES = {
    class_id: case(subject, check, value)
    for (subject, check, value), class_id in table().items()
    if class_id.split("/")[1] in (*FAMILIES, *PRIVILEGES) or class_id == "weakness/service/ftp-unencrypted"
} | {"weakness/container/deleted-secret": Case(hit=with_hidden_key(hidden=True), miss=with_hidden_key(hidden=False))}
