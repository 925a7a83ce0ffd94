"""Findings about what rules match, of others and of one's own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import Finding, FindingType
from pellucid.domain.rule_match import RuleMatch
from pellucid.domain.severity import Severity
from pellucid.matchers.classes import classes, finding_of

NAME = "matched_rules"
MOST_EVIDENCE = 1_000
MODULE = "moduleGuid"


@matcher(name=NAME, version=1)
def matched_rules(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each rule that something in the image matches: one finding a rule, with all that it matches.

    Its type, severity, title and description are as the rule states them. The finding is known by the name of the rule
    alone, so that it stays the same when the rule gets better. A rule about certain modules of UEFI firmware counts in
    those, and in modules of which nobody says which they are.
    """
    found: dict[tuple[str, str], list[RuleMatch]] = {}
    for match in _concerned(inventory):
        found.setdefault((match.engine, match.rule), []).append(match)
    for (engine, rule), matches in sorted(found.items()):
        class_id = f"rule/{engine}/match"
        if class_id in classes():
            yield _finding(class_id, rule, matches)


def _concerned(inventory: Inventory) -> Iterator[RuleMatch]:
    """Matches with those of their places that the rule is about."""
    modules: dict[str, str] | None = None
    for match in inventory.rule_matches:
        wanted = {value for name, value in match.identifiers if name == MODULE}
        if not wanted:
            yield match
            continue
        if modules is None:
            modules = _modules(inventory)
        about = tuple(item for item in match.evidence if modules.get(item.artefact, "") in ("", *wanted))
        if about:
            yield replace(match, evidence=about)


def _modules(inventory: Inventory) -> dict[str, str]:
    """GUIDs of modules, in lower case, by the paths of the files in them."""
    return {
        place.artefact.path: place.entry.facts.get(MODULE, "").lower()
        for place in inventory.places
        if place.artefact and place.entry
    }


def _finding(class_id: str, rule: str, matches: Sequence[RuleMatch]) -> Finding:
    first = matches[0]
    rulesets = tuple(dict.fromkeys(match.ruleset for match in matches))
    made = finding_of(
        class_id,
        tuple(dict.fromkeys(_seen(match, item) for match in matches for item in match.evidence))[:MOST_EVIDENCE],
        rule,
        title=first.title or f"{classes()[class_id].title}: {rule}",
        description=first.description,
        severity=Severity(first.severity) if first.severity else None,
        identifiers=(*first.identifiers, ("rule", rule), *(("ruleset", name) for name in rulesets)),
    )
    return replace(
        made,
        type=FindingType(first.classification) if first.classification else made.type,
        name=rule,
        weaknesses=(first.weakness,) if first.weakness else made.weaknesses,
        references=tuple(dict.fromkeys(address for match in matches for address in match.references)),
        tool=f"pellucid ({first.engine})",
    )


def _seen(match: RuleMatch, at: Evidence) -> Evidence:
    """A place, with the rule that matches there, and who made it."""
    said = (("rule", match.rule), ("ruleset", match.ruleset), ("author", match.author))
    return replace(at, attributes=(*at.attributes, *((name, text) for name, text in said if text)))
