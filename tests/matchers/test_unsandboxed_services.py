"""unsandboxed_services: what starts things for others is left out."""

from dataclasses import replace

import pytest
from msgspec import structs
from tests.matchers.cases_mitigation_systemd import unconfined
from tests.matchers.inventories import findings, seen
from tests.support.statements import Statements

from pellucid.matchers.unsandboxed_services import unsandboxed_services


@pytest.mark.parametrize(
    ("service", "wanted", "expected"),
    [
        ("smbd.service", "smbd.service", 1),
        ("vpn@.service", "vpn@office.service", 1),
        ("printer.service", "printer.socket", 1),
        ("ssh.service", "ssh.service", 0),
        ("getty@.service", "getty@tty1.service", 0),
        ("smbd.service", "nmbd.service", 0),
    ],
)
def test_services_that_are_started_count(service: str, wanted: str, expected: int) -> None:
    assert len(findings(unsandboxed_services(unconfined(service, wanted), Statements()))) == expected


def test_services_of_users_do_not() -> None:
    image = unconfined("agent.service", "agent.service")
    (fact,) = image.hardening
    fact = replace(fact, evidence=seen(artefact="fw!usr/lib/systemd/user/agent.service"))
    assert not findings(unsandboxed_services(structs.replace(image, hardening=(fact,)), Statements()))
