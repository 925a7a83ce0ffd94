"""Rules of secrets: each finds its example, leaves its counter-example alone, and costs no time on hostile bytes."""

import re
import time
from collections.abc import Iterator
from re import _parser as grammar  # type: ignore[attr-defined]  # the only tree of a pattern that there is

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.synthetic_secrets import filled

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.secret_checks import CHECKS
from pellucid.analyzers.secret_placeholders import is_placeholder
from pellucid.analyzers.secret_rules import Rule, by_keyword, rules
from pellucid.analyzers.secret_search import secrets_in
from pellucid.analyzers.secret_sightings import matches
from pellucid.analyzers.wide_texts import is_wide, narrowed, spread
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


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.wide], ids=lambda rule: rule.id)
def test_so_it_does_in_utf_16(rule: Rule, encoding: str) -> None:
    """In a file of its own, and at odd and even places of something else."""
    line = filled(rule.example, 3).strip("\0")
    mark = "\ufeff".encode(encoding)
    (first, *_) = [item for item in found(f"x\n{line}\n".encode(), kind_of(rule)) if item.rule == rule.id]
    value = f"x\n{line}\n"[first.evidence.offset :]
    files = [(mark + f"x\n{line}\n".encode(encoding), "data")] if "text" in (rule.kinds or {"text"}) else []
    # What is for texts alone may want a line.
    if "pe" in (rule.kinds or {"pe"}):
        inside = b"\x90\xc3" * 20, f"\0{line}\0".encode(encoding) + b"\xe8" * 9
        files += [(inside[0] + pad + inside[1], "pe") for pad in (b"", b"\x90")]
    for data, kind in files:
        mine = [item for item in found(data, kind) if item.rule == rule.id]
        assert mine, data
        at = mine[0].evidence.offset
        assert data[at - (encoding == "utf-16-be") :].decode(encoding, "ignore").startswith(value[:4])
        assert mine[0].fingerprint == first.fingerprint
        assert mine[0].redacted == first.redacted


def test_what_no_text_is_ends_a_text_in_utf_16() -> None:
    token = filled("{{crc62:ghp_}}").encode()
    wide = token.decode().encode("utf-16-le")
    assert [item.validity for item in found(b"\x01\x02" + wide + b"\x03\x04", "pe")] == [Validity.UNDETERMINED]
    broken = wide[:20] + b"\x01\x02" + wide[20:]
    assert found(broken, "pe") == []


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
    units = [(word, word + filler * 40) for filler in HOSTILE]
    units += [(spread(word), (word + filler * 40).decode().encode("utf-16-le")) for filler in HOSTILE]
    for word, unit in units:
        data = (unit * (BYTES // len(unit) + 1))[:BYTES]
        hits = {word: [match.start() for match in re.finditer(re.escape(word), data)]}
        artefact = Artefact(data=data, kind=kind_of(rule), hits=hits)
        begun = time.process_time()
        for _ in matches(artefact, rule):
            pass
        assert time.process_time() - begun < SECONDS, unit


def test_a_community_that_is_named_like_the_setting_is_not_shown() -> None:
    artefact = Artefact(
        data=b"rocommunity communityQ7\n", kind="text", hits={b"rocommunity": [0], b"community": [2, 12]}
    )
    assert [secret.redacted for secret in secrets_in(artefact)] == ["***"]


@given(st.binary(max_size=200), st.integers(0, 199), st.integers(0, 80), st.integers(1, 80))
def test_letters_of_utf_16_stand_where_they_are_said_to(data: bytes, at: int, before: int, after: int) -> None:
    at = min(at, max(len(data) - 1, 0))
    around = narrowed(Artefact(data=data), at, before, after)
    assert len(around.text) <= before + after
    assert (at - around.start) % 2 == 0
    for number, letter in enumerate(around.text):
        place = around.offset(number)
        assert letter == (data[place] if data[place + 1 : place + 2] in (b"", b"\0") else 0)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        *((b"\xff\xfe\x01\x02", True), ("[a]\r\n".encode("utf-16-le"), True), (b"\xfe\xff\0a", True)),
        *((b"a\0b\1", False), (b"abcdef", False), (b"\x01\0b\0c\0", False), (b"", False)),
    ],
)
def test_a_text_in_utf_16_is_told_by_its_mark_or_its_beginning(data: bytes, expected: bool) -> None:
    assert is_wide(Artefact(data=data, kind="data")) is expected
    assert not is_wide(Artefact(data=data, kind="pe"))


@pytest.mark.parametrize(
    ("value", "expected"), [(b"z4Xl5NB9rzG/g+Y+PGXXxx0nI=", False), (b"z4Xl5NB9xxxx0nI", True), (b"AB12-XXXX-q9", True)]
)
def test_letters_of_one_case_stand_for_others(value: bytes, expected: bool) -> None:
    assert is_placeholder(value) is expected


def test_the_length_of_a_string_in_bytecode_may_be_a_letter() -> None:
    token = filled("pplx-{{alnum:48}}").encode()
    assert len(token) == ord("5")
    assert [item.rule for item in found(b"\xe3z5" + token + b"r", "data")] == ["perplexity-key"]
    assert found(b"\xe3ab5" + token, "data") == []
    line = filled("requirepass {{pass:14}}\n").encode()
    assert [item.rule for item in found(b"\0\xfa" + bytes([len(line)]) + line, "data")] == ["redis-password"]
