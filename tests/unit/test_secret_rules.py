"""Rules of secrets: each finds its example, leaves its counter-example alone, and costs no time on hostile bytes."""

import re
import time
from collections.abc import Iterator
from re import _parser as grammar  # type: ignore[attr-defined]  # the only tree of a pattern that there is

import pytest
from tests.support.synthetic_secrets import filled

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.secret_checks import CHECKS
from pellucid.analyzers.secret_rules import Rule, by_keyword, rules
from pellucid.analyzers.secret_search import matches, secrets_in
from pellucid.domain.secret import Secret, SecretKind, Validity
from pellucid.domain.severity import Severity

KINDS = ("text", "elf")
LONGEST_REPEAT = 8000
HOSTILE = (b"a", b"0", b"A1-_", b" ", b"\n", b'"', b"=", b"a:", b"x=", b"\n:a ", b"<a>", b"a.b-", b"+/=")
BYTES = 20_000
SECONDS = 1.0


def artefact_of(data: bytes, kind: str = "text") -> Artefact:
    hits = {word: [m.start() for m in re.finditer(re.escape(word), data)] for word in by_keyword() if word in data}
    return Artefact(data=data, kind=kind, hits=hits)


def found(data: bytes, kind: str = "text") -> list[Secret]:
    return list(secrets_in(artefact_of(data, kind)))


def kind_of(rule: Rule) -> str:
    return "text" if not rule.kinds or "text" in rule.kinds else sorted(rule.kinds)[0]


def test_there_are_enough() -> None:
    assert len(rules()) >= 200
    assert len({rule.id for rule in rules()}) == len(rules())


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_finds_its_example_and_not_its_counter_example(rule: Rule) -> None:
    for seed in range(5):
        data = b"first line\n" + filled(rule.example, seed).encode() + b"\nlast line\n"
        mine = [secret for secret in found(data, kind_of(rule)) if secret.rule == rule.id]
        assert mine, data
        assert all(item.validity in (Validity.UNDETERMINED, Validity.VALID) for item in mine), data
        against = b"first line\n" + filled(rule.counter_example, seed).encode() + b"\nlast line\n"
        others = [secret for secret in found(against, kind_of(rule)) if secret.rule == rule.id]
        assert not [item for item in others if item.validity is Validity.UNDETERMINED], against


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_nothing_of_a_secret_is_kept(rule: Rule) -> None:
    """The value itself is nowhere in the fact, but for its type and the last characters of a long token."""
    data = b"first line\n" + filled(rule.example, 1).encode() + b"\nlast line\n"
    for secret in found(data, kind_of(rule)):
        shown = secret.redacted.replace("***", "")
        assert len(shown.removeprefix(longest_keyword(rule, shown))) <= 4
        at = secret.evidence.offset
        head = longest_keyword(rule, data[at:].decode("latin-1"))
        value = data[at + len(head) : at + len(head) + 8].decode("latin-1")
        assert value not in repr(secret)
        assert re.fullmatch("[0-9a-f]{16}", secret.fingerprint)


def longest_keyword(rule: Rule, shown: str) -> str:
    return max((word.decode() for word in rule.keywords if shown.startswith(word.decode())), key=len, default="")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_is_whole(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
    assert rule.keywords
    assert all(len(word) >= 4 for word in rule.keywords)
    assert rule.kind in set(SecretKind)
    assert rule.severity in set(Severity)
    assert not rule.check or rule.check in CHECKS
    assert not rule.description.endswith(".")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_pattern_repeats_nothing_without_a_bound(rule: Rule) -> None:
    for outer, inner in repeats(grammar.parse(rule.source)):
        assert outer * inner <= LONGEST_REPEAT, (outer, inner)


def repeats(tree: object, outer: int = 1) -> Iterator[tuple[int, int]]:
    """How often each part may be repeated, and what it is in."""
    for operation, value in tree:  # type: ignore[attr-defined]  # as above
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            _, most, part = value
            yield outer, int(most)
            yield from repeats(part, outer * max(int(most), 1))
        elif name == "SUBPATTERN":
            yield from repeats(value[-1], outer)
        elif name == "BRANCH":
            for part in value[1]:
                yield from repeats(part, outer)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from repeats(value[1], outer)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_costs_little_on_hostile_bytes(rule: Rule) -> None:
    """Its keyword again and again, with what its pattern might like in between."""
    word = rule.keywords[0]
    for filler in HOSTILE:
        unit = word + filler * 40
        data = (unit * (BYTES // len(unit) + 1))[:BYTES]
        hits = {word: [match.start() for match in re.finditer(re.escape(word), data)]}
        artefact = Artefact(data=data, kind=kind_of(rule), hits=hits)
        begun = time.process_time()
        for _ in matches(artefact, rule):
            pass
        assert time.process_time() - begun < SECONDS, filler


def test_a_community_that_is_named_like_the_setting_is_not_shown() -> None:
    artefact = Artefact(
        data=b"rocommunity communityQ7\n", kind="text", hits={b"rocommunity": [0], b"community": [2, 12]}
    )
    assert [secret.redacted for secret in secrets_in(artefact)] == ["***"]
