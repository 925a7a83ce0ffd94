"""Accounts that need no password."""

from collections.abc import Iterator, Mapping, Sequence

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.matchers.classes import failure_seen, finding_of

NAME = "open_accounts"
CLASSES = {
    "rootPassword": "weakness/account/root-without-password",
    "passwords": "weakness/account/without-password",
}


@matcher(name=NAME, version=1)
def open_accounts(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report accounts with an empty password: that of root, and others.

    What shadow says of an account counts for nothing where passwd, which lies beside it, holds a hash itself.
    """
    facts = [fact for fact in inventory.hardening if fact.subject == "accounts"]
    hashed = {_folder(fact): _names(fact, "shadowed") for fact in facts if fact.name == "passwd"}
    found: dict[str, list[Evidence]] = {}
    for fact in facts:
        for check in _failed(fact, CLASSES):
            elsewhere = hashed.get(_folder(fact), set()) if fact.name == "shadow" else set()
            if set(check.value.split(", ")) - elsewhere:
                found.setdefault(CLASSES[check.name], []).append(failure_seen(fact, check))
    for class_id, evidence in sorted(found.items()):
        yield finding_of(class_id, tuple(dict.fromkeys(evidence)))


def _failed(fact: Hardening, names: Mapping[str, str]) -> Sequence[Check]:
    return [check for check in fact.checks if check.verdict is Verdict.FAIL and check.name in names]


def _names(fact: Hardening, name: str) -> set[str]:
    """The accounts that fail a check."""
    return {account for check in fact.checks if check.name == name for account in check.value.split(", ")}


def _folder(fact: Hardening) -> str:
    return fact.evidence.artefact.rpartition("/")[0]
