"""Findings about secrets: one for each rule and fingerprint, none for what is no secret."""

from dataclasses import replace

import pytest
from tests.matchers.cases_secret import kept
from tests.matchers.inventories import AT, seen
from tests.support.statements import Statements

from pellucid.analysis.matcher import Inventory
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.secret import Secret, SecretKind, Validity
from pellucid.domain.severity import Severity
from pellucid.matchers.exposed_secrets import exposed_secrets

TOKEN = kept(SecretKind.API_TOKEN)


def judged(*secrets: Secret) -> list[Finding]:
    inventory = Inventory(dependencies=(), crypto_assets=(), observations=(), at=AT, secrets=secrets)
    return [item for item in exposed_secrets(inventory, Statements()) if isinstance(item, Finding)]


def test_one_finding_has_all_places_of_a_secret() -> None:
    other = replace(TOKEN, evidence=seen("***", "etc/b.conf"), severity="critical")
    found = judged(TOKEN, other, TOKEN, replace(TOKEN, fingerprint="f" * 16), replace(TOKEN, rule="another-rule"))
    assert [len(item.evidence) for item in found] == [2, 1, 1]
    both = found[0]
    assert {item.artefact for item in both.evidence} == {"etc/a.conf", "etc/b.conf"}
    assert both.severity is Severity.CRITICAL
    assert both.type is FindingType.SECRET
    assert both.subtype == SecretKind.API_TOKEN
    assert both.secret == other


def test_the_key_does_not_depend_on_the_place() -> None:
    moved = replace(TOKEN, evidence=seen("***", "opt/c.conf"))
    assert judged(TOKEN)[0].key == judged(moved)[0].key


@pytest.mark.parametrize("validity", [Validity.FILTERED, Validity.INVALID])
def test_what_is_no_secret_is_no_finding(validity: Validity) -> None:
    assert not judged(replace(TOKEN, validity=validity))


@pytest.mark.parametrize(
    "path",
    [
        "usr/share/doc/curl/README.gz",
        "usr/share/locale/de/a.mo",
        "opt/app/tests/data.json",
        "a.tar!usr/share/man/man1/a.1",
    ],
)
def test_what_manuals_and_tests_show_is_no_finding(path: str) -> None:
    assert not judged(replace(TOKEN, evidence=seen("***", path)))


@pytest.mark.parametrize("path", ["etc/config/wireless", "usr/sbin/httpd", "www/doc.cgi", "etc/latest/a.conf"])
def test_what_lies_elsewhere_is_one(path: str) -> None:
    assert judged(replace(TOKEN, evidence=seen("***", path)))


def test_a_default_is_known_to_everybody() -> None:
    assert judged(kept(SecretKind.PASSWORD, known=True))[0].type is FindingType.LEAKED_SECRET


def test_whose_it_is_is_said() -> None:
    assert judged(replace(TOKEN, account="root"))[0].title == "Secret of a service of root"
