"""Verdicts on settings, as checked_settings.toml has them, for the units that read one kind of file each."""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains, kind
from pellucid.analyzers.settings_table import Condition, Rule, Subject, subjects
from pellucid.domain.hardening import Check, Hardening, Verdict
from pellucid.formats import settings_lines
from pellucid.formats.settings_lines import Setting

LONGEST_VALUE = 32
MOST_SECTIONS = 500
MOST_MARKS = 200
MOST_LINES = 500
# What may stand in a line before a directive; more than one may be between braces.
HEAD, LONGEST_HEAD = re.compile(rb"\s*(?:option\s+)?(?:[^{}\n;]{0,60}\{\s*)*['\"]?"), 64
Settings = Mapping[str, list[Setting]]
"""The settings of a section by their directive."""


def wanted(*marks: bytes) -> Selector:
    """Texts of which some line begins with one of `marks`, and that are no scripts."""
    return contains(*marks) & kind("text") & Selector(lambda artefact: any(_leads(artefact, mark) for mark in marks))


def _leads(artefact: Artefact, mark: bytes) -> bool:
    if artefact.size > settings_lines.MOST_BYTES or artefact.window(0, 2) == b"#!":
        return False
    for offset in artefact.offsets(mark)[:MOST_MARKS]:
        before = artefact.window(max(offset - LONGEST_HEAD, 0), min(offset, LONGEST_HEAD))
        if HEAD.fullmatch(before[before.rfind(b"\n") + 1 :]):
            return True
    return False


def verdicts(artefact: Artefact, *names: str) -> Iterator[Hardening]:
    """What the file says of each of the subjects `names`, where it is a file of that kind at all."""
    data = artefact.window(0, settings_lines.MOST_BYTES)
    lower = data.lower()
    read: dict[str, list[Setting]] = {}
    for subject in (subjects()[name] for name in names):
        if not any(word in lower for word in subject.words):
            continue
        if subject.syntax not in read:
            read[subject.syntax] = list(settings_lines.read(data, subject.syntax))
        settings = read[subject.syntax]
        first = next((setting for setting in settings if setting.key in subject.marks), None)
        if first and (checks := tuple(_checks(artefact, subject, _sections(settings)))):
            yield Hardening(subject=subject.name, checks=checks, evidence=artefact.evidence(first.at, first.key))


def lines_of(artefact: Artefact, name: str, others: Collection[str]) -> tuple[tuple[int, str], ...]:
    """(offset, text) of the lines that matter for the checks of the subject `name`, and of `others`, in lower case."""
    subject = subjects()[name]
    asked = {condition.key for rule in subject.rules for condition in rule.conditions} | subject.marks | set(others)
    data = artefact.window(0, settings_lines.MOST_BYTES)
    found = (line for line in settings_lines.lines(data) if _first_word(line[1]) in asked)
    return tuple(islice(found, MOST_LINES))


def _first_word(line: str) -> str:
    return re.split(r"[\s=]", line, maxsplit=1)[0].lower()


def _sections(settings: list[Setting]) -> dict[str, dict[str, list[Setting]]]:
    sections: dict[str, dict[str, list[Setting]]] = {}
    for setting in settings:
        if setting.section in sections or len(sections) < MOST_SECTIONS:
            sections.setdefault(setting.section, {}).setdefault(setting.key, []).append(setting)
    return sections


def _checks(artefact: Artefact, subject: Subject, sections: Mapping[str, dict[str, list[Setting]]]) -> Iterator[Check]:
    # Of what is asked for only: each section inherits all of it.
    asked = {condition.key for rule in subject.rules for condition in rule.conditions}
    sections = {name: {key: said[key] for key in asked & said.keys()} for name, said in sections.items()}
    for rule in subject.rules:
        judged = [_check(artefact, subject, rule, part) for part in _parts(subject, sections)]
        found = [check for check in judged if check is not None]
        if found:
            yield next((check for check in found if check.verdict is Verdict.FAIL), found[0])


def _parts(subject: Subject, sections: Mapping[str, dict[str, list[Setting]]]) -> Iterator[Settings]:
    """What is looked at together: all settings outside of conditional blocks, or each section with what it inherits."""
    if subject.each is None:
        merged: dict[str, list[Setting]] = {}
        for name, settings in sections.items():
            # What sshd does for some only is nothing that it does for all.
            if subject.syntax != "sshd" or not name:
                for key, values in settings.items():
                    merged.setdefault(key, []).extend(values)
        yield merged
        return
    inherited = {**sections.get("", {}), **(sections.get(subject.each, {}) if subject.each else {})}
    for settings in sections.values():
        yield {**inherited, **settings}


def _check(artefact: Artefact, subject: Subject, rule: Rule, settings: Settings) -> Check | None:
    """A verdict; none where nothing is said, and nothing assumed."""
    asked = rule.conditions[0]
    failed = all(_holds(subject, condition, settings) for condition in rule.conditions)
    counting = _counting(subject, settings.get(asked.key, []))
    setting = next((each for each in counting if asked.pattern.fullmatch(each.value)), next(iter(counting), None))
    if setting is None and asked.default is None:
        return None
    value, seen = (setting.value, setting.text) if setting else (asked.default or "", "")
    if rule.secret and not failed:
        value, seen = "...", asked.directive
    said = f'is "{value[:LONGEST_VALUE]}"' if setting else f'is not set, and "{value}" by default'
    return Check(
        name=rule.name,
        verdict=Verdict.FAIL if failed else Verdict.PASS,
        reason=f"{asked.directive} {said}" + (f": {rule.why}." if failed else "."),
        value=" ".join(value.lower().split()[:1])[:LONGEST_VALUE],
        evidence=artefact.evidence(setting.at, seen) if setting else None,
    )


def _holds(subject: Subject, condition: Condition, settings: Settings) -> bool:
    values = [setting.value for setting in _counting(subject, settings.get(condition.key, []))]
    if not values and condition.default is not None:
        values = [condition.default]
    return any(condition.pattern.fullmatch(value) for value in values)


def _counting(subject: Subject, settings: list[Setting]) -> list[Setting]:
    if subject.wins == "any":
        return settings
    return settings[:1] if subject.wins == "first" else settings[-1:]
