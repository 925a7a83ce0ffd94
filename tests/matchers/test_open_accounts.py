"""open_accounts: shadow counts only where passwd refers to it."""

from dataclasses import replace

from msgspec import structs
from tests.matchers.inventories import checked, findings, seen
from tests.support.statements import Statements

from pellucid.analysis.matcher import Inventory
from pellucid.domain.hardening import Hardening, Verdict
from pellucid.matchers.open_accounts import open_accounts


def facts(name: str, check: str, accounts: str, path: str) -> tuple[Hardening, ...]:
    (fact,) = checked("accounts", check, Verdict.FAIL, accounts).hardening
    return (replace(fact, name=name, evidence=seen(artefact=path)),)


def image(*hardening: Hardening) -> Inventory:
    return structs.replace(checked("accounts", "none", Verdict.PASS), hardening=hardening)


def test_an_empty_password_in_shadow_is_one() -> None:
    shadow = facts("shadow", "rootPassword", "root", "fw!etc/shadow")
    elsewhere = facts("passwd", "shadowed", "root", "fw!other/etc/passwd")
    (finding,) = findings(open_accounts(image(*shadow, *elsewhere), Statements()))
    assert finding.class_ == "weakness/account/root-without-password"
    assert finding.evidence[0].artefact == "fw!etc/shadow"


def test_a_hash_in_passwd_comes_before_it() -> None:
    shadow = facts("shadow", "passwords", "ann, bob", "fw!etc/shadow")
    passwd = facts("passwd", "shadowed", "ann, bob", "fw!etc/passwd")
    one = facts("passwd", "shadowed", "ann", "fw!etc/passwd")
    assert not findings(open_accounts(image(*shadow, *passwd), Statements()))
    assert findings(open_accounts(image(*shadow, *one), Statements()))
