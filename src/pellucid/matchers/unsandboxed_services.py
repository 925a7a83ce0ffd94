"""Services of systemd that run as root, and that nothing confines."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.finding import Finding
from pellucid.domain.hardening import Verdict
from pellucid.matchers.classes import failure_seen, finding_of
from pellucid.matchers.trees.units import is_wanted, name_of, wanted_units

NAME = "unsandboxed_services"


@matcher(name=NAME, version=1)
def unsandboxed_services(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report services that are started, keep running as root, and use none of the means by which systemd confines one.

    Those that start what users ask for, such as cron and sshd, cannot be confined and are left out.
    """
    failed = [
        (fact, check)
        for fact in inventory.hardening
        if fact.subject == "systemdUnit"
        for check in fact.checks
        if check.name == "sandboxing" and check.verdict is Verdict.FAIL
    ]
    if not failed:
        return
    wanted = wanted_units(inventory.places)
    found = [
        failure_seen(fact, check)
        for fact, check in failed
        if is_wanted(fact.evidence.artefact, wanted) and not _opens(name_of(fact.evidence.artefact))
    ]
    if found:
        yield finding_of("mitigation/systemd/no-sandboxing", tuple(dict.fromkeys(found)))


def _opens(name: str) -> bool:
    return re.split(r"[@.]", name)[0] in _openers()


@cache
def _openers() -> frozenset[str]:
    text = Path(__file__).with_name("unsandboxed_services.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)["openers"])
