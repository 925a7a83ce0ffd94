"""Rules are read apart: whatever they do to the process that reads them, who asks gets an answer, in bounded time."""

import pytest

from pellucid.analysis.artefact import Artefact
from pellucid.domain.problem import ProblemKind
from pellucid.domain.rule_match import RuleMatch
from pellucid.errors import BudgetExceeded, Malformed
from pellucid.pipeline import rules_apart
from pellucid.rules.rule_file import RuleFile
from pellucid.rules.rule_set import RuleSet, unpacked
from pellucid.services.scanning import lent

RULE = 'rule a { strings: $a = "needle" condition: $a }'
OWN = RuleSet(name="own", files=(RuleFile(name="a.yar", body=RULE),))


def test_the_answer_is_that_of_the_reader() -> None:
    files, (found,) = rules_apart.checked("a.yar", RULE.encode())
    assert files == list(OWN.files)
    assert [rule.name for rule in found.rules] == ["a"]
    with pytest.raises(Malformed, match="this is no archive"):
        rules_apart.checked("a.zip", b"nothing")


def test_compiled_rules_match() -> None:
    (match,) = unpacked(rules_apart.compiled(OWN)).match(Artefact(data=b"a needle"))
    assert isinstance(match, RuleMatch)


def test_what_takes_long_is_ended() -> None:
    slow = b"rule " * 400_000
    with pytest.raises(BudgetExceeded, match="took longer than 0 s"):
        rules_apart.checked("a.yar", slow, seconds=0)


def test_what_takes_all_memory_ends_its_process_alone() -> None:
    body = f"rule a {{ strings: $a = {{ aa {'?? ' * 2_700_000} bb }} condition: $a }}"
    with pytest.raises(BudgetExceeded, match="too much memory"):
        rules_apart.checked("a.yar", body.encode())


def test_rules_that_cannot_be_compiled_do_not_end_the_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(rules: RuleSet) -> bytes:
        raise BudgetExceeded(f"{rules.name} took too long")

    monkeypatch.setattr(rules_apart, "compiled", refuse)
    with lent(OWN) as (ready, (problem,)):
        assert ready is None
        assert (problem.kind, problem.message) == (ProblemKind.BUDGET, "not matched: own took too long")
