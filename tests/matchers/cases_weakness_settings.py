"""Cases of what is wrong with how servers, logins and the kernel are set up, of accounts and rights, of services."""

from tests.matchers.class_cases import Case
from tests.matchers.inventories import checked

from pellucid.domain.hardening import Verdict
from pellucid.matchers.failed_checks import table

FAMILIES = ("ssh", "http", "share", "broker", "database", "snmp", "upnp", "wireless", "sysctl", "login", "android")
PRIVILEGES = ("account", "sudo", "pam")


def case(subject: str, check: str, value: str) -> Case:
    """A check that fails, and the same one that passes."""
    return Case(
        hit=checked(subject, check, Verdict.FAIL, value or "yes"), miss=checked(subject, check, Verdict.PASS, "no")
    )


CASES = {
    class_id: case(subject, check, value)
    for (subject, check, value), class_id in table().items()
    if class_id.split("/")[1] in (*FAMILIES, *PRIVILEGES) or class_id == "weakness/service/ftp-unencrypted"
}
