"""What sudo hands out: sudoers(5)."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from posixpath import basename

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains, kind
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.formats import sudo_rules
from pellucid.formats.sudo_rules import Default, Rule

MARKS = (b"NOPASSWD", b"!authenticate", b"env_reset", b"env_keep", b"=(ALL", b"= (ALL")
SHARED = re.compile(r"!?(?:/var)?/tmp/|/dev/shm/|/home/")


@analyzer(
    name="sudoers",
    version=2,
    stage=Stage.HARDENING,
    wants=contains(*MARKS) & kind("text"),
    named=("etc*/sudoers", "etc*/sudoers.d/*"),
)
def sudoers(artefact: Artefact) -> Iterator[Fact]:
    """Judge what sudo lets users do without a password, and what of their environment it keeps."""
    said = list(sudo_rules.read(artefact.window(0, sudo_rules.MOST_BYTES)))
    if not said:
        return
    rules = [item for item in said if isinstance(item, Rule)]
    options = [item for item in said if isinstance(item, Default)]
    target = any(item.option in ("targetpw", "rootpw", "runaspw") for item in options)
    free = [rule for rule in rules if not rule.password and set(rule.users) != {"root"}]
    everybody = [rule for rule in rules if "ALL" in rule.users and "ALL" in rule.commands]
    checks = (
        _check(artefact, "everybody", [rule for rule in everybody if not (rule.password and target)], EVERYBODY),
        _check(artefact, "withoutPassword", [rule for rule in free if "ALL" in rule.commands], WITHOUT),
        _check(artefact, "shells", [rule for rule in free if _gives_shell(rule.commands)], SHELLS),
        _check(
            artefact,
            "sharedPrograms",
            [rule for rule in rules if any(map(SHARED.match, rule.commands))],
            "runs a program that others may be able to replace",
        ),
        _check(artefact, "authentication", [item for item in options if item.option == "!authenticate"], NOT_ASKED),
        _check(artefact, "environment", [item for item in options if _lets_through(item)], ENVIRONMENT),
    )
    at = artefact.evidence(said[0].at, said[0].text)
    yield Hardening(subject="sudo", checks=checks, evidence=at)


EVERYBODY = "lets every user do everything"
WITHOUT = "lets users do everything without a password"
SHELLS = "lets users run programs without a password that can run everything else"
NOT_ASKED = "makes sudo ask nobody for a password"
ENVIRONMENT = "lets users choose what programs of root load"


def _check(artefact: Artefact, name: str, wrong: Iterable[Rule | Default], what: str) -> Check:
    found = next(iter(wrong), None)
    if found is None:
        return Check(name=name, verdict=Verdict.PASS, reason=f"Nothing {what}.")
    at = artefact.evidence(found.at, found.text)
    return Check(name=name, verdict=Verdict.FAIL, reason=f"{found.text[:80]}: {what}.", evidence=at)


def _gives_shell(commands: Iterable[str]) -> bool:
    """A program that is run with the arguments that a rule states only does what they say."""
    words = [command.split() for command in commands if command and not command.startswith("!")]
    free = (each[0] for each in words if len(each) == 1 or "*" in each[1:])
    return "ALL" not in commands and any(basename(program) in _table("shells") for program in free)


def _lets_through(item: Default) -> bool:
    name, _, value = item.option.partition("=")
    if name == "!env_reset":
        return True
    kept = name.rstrip("+") == "env_keep"
    return kept and not _table("variables").isdisjoint(re.split(r"[\s\"']+", value))


@cache
def _table(name: str) -> frozenset[str]:
    text = Path(__file__).with_name("sudo_rules.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)[name])
