"""Services without protection that an image starts by itself."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.component import ComponentKind, Reachability
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding
from pellucid.domain.hardening import Hardening, Verdict
from pellucid.matchers.classes import failure_seen, finding_of
from pellucid.matchers.trees.units import is_wanted, wanted_units

NAME = "started_services"
SUBJECT = "startedService"


@matcher(name=NAME, version=1)
def started_services(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each kind of unprotected service that is started at boot or when somebody connects.

    A table has to lie where it is read, a script has to run as far as the image tells, a unit of systemd has to be
    wanted: a script that merely lies in the image is a fact, but no finding.
    """
    facts = [fact for fact in inventory.hardening if fact.subject == SUBJECT]
    if not facts:
        return
    running = {
        item.evidence.artefact
        for item in inventory.components
        if item.kind is ComponentKind.SCRIPT and item.reachability is not Reachability.UNKNOWN
    }
    wanted = wanted_units(inventory.places)
    found: dict[str, list[Evidence]] = {}
    for fact in facts:
        if _is_started(fact, running, wanted):
            for check in fact.checks:
                if check.verdict is Verdict.FAIL and (class_id := classes_of_services().get(check.name)):
                    found.setdefault(class_id, []).append(failure_seen(fact, check))
    for class_id, evidence in sorted(found.items()):
        # What is started is another finding than what is set up the same way.
        yield finding_of(class_id, tuple(dict.fromkeys(evidence)), "started")


def _is_started(fact: Hardening, running: Collection[str], wanted: Collection[str]) -> bool:
    path = fact.evidence.artefact
    if fact.name == "script":
        return path in running
    if fact.name == "systemd":
        return is_wanted(path, wanted)
    return bool(re.search(rf"(?:^|[/!]){_table()['places'][fact.name]}$", path))


def classes_of_services() -> Mapping[str, str]:
    """Classes of findings by the checks that stand for them."""
    classes: Mapping[str, str] = _table()["classes"]
    return classes


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("started_services.toml").read_text(encoding="utf-8"))
