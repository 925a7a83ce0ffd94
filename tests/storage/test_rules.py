"""Rules of organizations, on both databases."""

import threading
from datetime import UTC, datetime

import pytest
from tests.contract.rule_exercises import RULE

from pellucid.domain.access import Caller
from pellucid.domain.custom_rule import CustomRule
from pellucid.domain.severity import Severity
from pellucid.errors import InvalidRequest, NotFound
from pellucid.rules.rule_file import RuleFile
from pellucid.services.custom_rules import CustomRules, GivenRules, read_rules, rules_for
from pellucid.services.products import Products
from pellucid.storage.database import Database
from pellucid.storage.repositories.rules import MOST_SETS, RuleRepository


def given(*bodies: str) -> GivenRules:
    return read_rules("all.yar", "\n".join(bodies).encode())


def test_a_scan_gets_the_newest_set_and_what_is_disabled_in_it(database: Database, caller: Caller) -> None:
    with database.begin() as tx:
        product = Products(tx).create(caller, "router", "").id
        assert rules_for(tx, product) is None
        first = CustomRules(tx).replace(caller, given(RULE))
        second = CustomRules(tx).replace(caller, given(RULE, "rule other { condition: true }"))
        CustomRules(tx).set_enabled(caller, ["other"], enabled=False)
    with database.read() as tx:
        found = rules_for(tx, product)
    assert found is not None
    assert first < second
    assert (found.name, found.disabled) == (f"own rules {second}", ("other",))
    assert [file.name for file in found.files] == ["all.yar"]


def test_a_rule_that_did_not_change_keeps_its_author_and_its_time(database: Database, caller: Caller) -> None:
    def rule(name: str, body: str) -> CustomRule:
        return CustomRule(
            name=name,
            title="",
            description="",
            severity=Severity.LOW,
            type="",
            engine="yara",
            file="a.yar",
            body=body,
            is_enabled=True,
            author=caller.user,
            update_time=datetime.now(UTC),
        )

    with database.begin() as tx:
        rules = RuleRepository(tx)
        before = [rule("a", "1"), rule("b", "1")]
        rules.replace(caller.org.id, (), before)
        rules.replace(caller.org.id, (), [rule("a", "1"), rule("b", "2"), rule("c", "1")])
        after = rules.all(caller.org.id)
    assert [item.name for item in after] == ["a", "b", "c"]
    assert [item.update_time == old.update_time for item, old in zip(after, before, strict=False)] == [True, False]


def test_old_sets_are_forgotten(database: Database, caller: Caller) -> None:
    with database.begin() as tx:
        product = Products(tx).create(caller, "router", "").id
        rules = given(RULE)
        ids = [CustomRules(tx).replace(caller, rules) for _ in range(MOST_SETS + 3)]
        newest = RuleRepository(tx).newest(product)
    assert newest is not None
    assert newest[0] == max(ids)
    assert newest[1] == (RuleFile(name="all.yar", body=RULE),)


@pytest.mark.parametrize("disables", [False, True])
def test_two_at_the_same_time_come_one_after_the_other(database: Database, caller: Caller, disables: bool) -> None:
    """The later one finds what the earlier one has made."""
    first, second = given("rule a { condition: true }", RULE), given("rule b { condition: true }", RULE)
    waits = threading.Event()

    def later() -> None:
        with database.begin() as tx:
            waits.set()
            if disables:
                CustomRules(tx).set_enabled(caller, ["a"], enabled=False)
            else:
                CustomRules(tx).replace(caller, second)

    other = threading.Thread(target=later)
    with database.begin() as tx:
        CustomRules(tx).replace(caller, first)
        other.start()
        # SQLite does not even let it begin.
        waits.wait(0.5)
        other.join(0.5)
        assert other.is_alive()
    other.join(30)
    with database.read() as tx:
        found = {rule.name: rule.is_enabled for rule in RuleRepository(tx).all(caller.org.id)}
    assert found == ({"a": False, "acme": True} if disables else {"b": True, "acme": True})


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "a" * 300, ""])
def test_names_that_no_database_holds_are_of_no_rule(database: Database, caller: Caller, name: str) -> None:
    with database.begin() as tx:
        CustomRules(tx).replace(caller, given(RULE))
        with pytest.raises(NotFound):
            CustomRules(tx).get(caller, name)
        with pytest.raises(InvalidRequest):
            CustomRules(tx).set_enabled(caller, ["acme", name], enabled=False)


def test_a_name_that_is_too_long_is_refused() -> None:
    (found,) = given(f"rule {'a' * 300} {{ condition: true }}").wrong
    assert found.errors == ("line 1: the name of the rule has more than 255 characters",)
