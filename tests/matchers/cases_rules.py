"""Cases of matches of rules."""

from msgspec import structs
from tests.matchers.class_cases import Case
from tests.matchers.inventories import inventory, seen

from pellucid.analysis.matcher import Inventory
from pellucid.domain.rule_match import RuleMatch


def matched(engine: str, rule: str = "acme_debug_port") -> Inventory:
    """One match of one rule."""
    return structs.replace(
        inventory(), rule_matches=(RuleMatch(engine=engine, rule=rule, ruleset="own 1", evidence=(seen("debugd"),)),)
    )


CASES = {
    "rule/yara/match": Case(hit=matched("yara"), miss=matched("fwhunt")),
    "rule/fwhunt/match": Case(hit=matched("fwhunt"), miss=matched("yara")),
}
