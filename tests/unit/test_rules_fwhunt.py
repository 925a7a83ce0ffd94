"""FwHunt rules: what they match, beside an evaluation by hand; what they are about; what is said of them."""

import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some

from pellucid.analysis.artefact import Artefact
from pellucid.domain.rule_match import RuleMatch
from pellucid.rules.engines import ENGINES, check
from pellucid.rules.rule_file import RuleFile

ENGINE = ENGINES["fwhunt"]
GUID = "9042A9DE-23DC-4A38-96FB-7ADED080516A"
META = {"author": "A", "name": "Sample", "namespace": "vulnerabilities", "description": "A hole."}
HOLDS: Mapping[str, Callable[[Iterable[bool]], bool]] = {
    "and": all,
    "or": any,
    "not-any": lambda found: not any(found),
    "not-all": lambda found: not all(found),
}


def file_of(conditions: dict[str, Any], **meta: Any) -> RuleFile:
    return RuleFile(name="sample.yml", body=yaml.safe_dump({"Sample": {"meta": META | meta} | conditions}))


def matches(file: RuleFile, data: bytes, kind: str = "pe") -> list[RuleMatch]:
    assert not check(file).errors
    rules = ENGINE.load(ENGINE.compile([file], ()), [file], ())
    found = list(rules.match(Artefact(data=data, kind=kind), "mine 1"))
    assert all(isinstance(item, RuleMatch) for item in found)
    return [item for item in found if isinstance(item, RuleMatch)]


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


@given(
    some.dictionaries(
        some.sampled_from(sorted(HOLDS)), some.lists(some.sampled_from(["61", "62..", "..63", "6.64"]), min_size=1)
    ).filter(bool),
    some.text("abcdef", max_size=6).map(str.encode),
)
def test_operators_hold_as_they_do_by_hand(asked: dict[str, list[str]], data: bytes) -> None:
    def stands(pattern: str) -> bool:
        text = pattern.removeprefix("..").removesuffix("..")
        want = [(int(text[at].replace(".", "0"), 16), text[at] == ".") for at in range(len(text))]
        digits = [(byte >> 4, byte & 15) for byte in data]
        flat = [digit for pair in digits for digit in pair]
        return any(
            all(free or flat[start + at] == digit for at, (digit, free) in enumerate(want))
            for start in range(0, len(flat) - len(want) + 1, 2)
        )

    expected = all(HOLDS[operator](map(stands, patterns)) for operator, patterns in asked.items())
    assert bool(matches(file_of({"hex_strings": asked}), data)) is expected


def test_texts_guids_and_variables_stand_as_firmware_writes_them() -> None:
    conditions = {
        "strings": ["plain"],
        "wide_strings": [{"utf16le": "little"}, {"utf16be": "big"}],
        "guids": [{"name": "N", "value": GUID}],
        "nvram": [{"name": "Setup", "guid": GUID, "service": {"name": "GetVariable"}}],
    }
    parts = [b"plain", utf16("little"), "big".encode("utf-16-be"), uuid.UUID(GUID).bytes_le, utf16("Setup")]
    (found,) = matches(file_of(conditions), b"MZ" + b"\0".join(parts))
    assert (found.engine, found.rule, found.ruleset, found.title) == ("fwhunt", "Sample", "mine 1", "Sample")
    assert {item.offset for item in found.evidence} >= {2, 8, 21}
    for missing in range(len(parts)):
        assert not matches(file_of(conditions), b"\0".join(parts[:missing] + parts[missing + 1 :]))


def test_rules_of_the_first_format_number_their_items() -> None:
    body = f"""
Sample:
  meta: {{author: A, name: Sample, namespace: threats}}
  guids:
    - 0:
      - name: N
      - value: {GUID[:23]}{GUID[24:]}
  wide_strings:
    0: one
    1: two
  code:
    0:
      pattern: 4533c0....48
      place: [child_sw_smi_handlers]
"""
    file = RuleFile(name="old.yml", body=body)
    data = uuid.UUID(GUID).bytes_le + utf16("one") + utf16("two") + bytes.fromhex("4533c0112248")
    (found,) = matches(file, data)
    assert found.classification == "maliciousCode"
    assert not matches(file, data[:-1])
    assert "not only in handlers" in check(file).rules[0].warnings[0]


def test_one_of_several_variants_is_enough() -> None:
    file = file_of({"variants": {"a": {"strings": ["first"]}, "b": {"strings": {"not-any": ["second"]}}}})
    assert matches(file, b"first second")
    assert matches(file, b"neither")
    assert not matches(file, b"second")


def test_rules_are_about_modules_unless_they_are_about_firmware() -> None:
    asked: dict[str, Any] = {"hex_strings": {"or": ["c0ffee"]}}
    data = bytes.fromhex("00c0ffee")
    assert matches(file_of(asked), data, "te")
    assert not matches(file_of(asked), data, "data")
    assert matches(file_of(asked, target="firmware"), data, "data")


def test_what_a_rule_says_of_itself_is_told() -> None:
    said = {"CVE number": "CVE-2021-39297", "CVSS score": "7.5 High", "volume guids": [GUID]}
    (found,) = matches(file_of({"strings": ["x"]}, **said), b"x")
    assert found.identifiers == (("cve", "CVE-2021-39297"), ("moduleGuid", GUID.lower()))
    assert (found.severity, found.classification, found.author) == ("high", "knownVulnerability", "A")


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ({"hex_strings": ["...."]}, "nothing but dots"),
        ({"guids": [{"name": "N", "value": "9042A9DE"}]}, "is no GUID"),
        ({"strings": []}, "lists nothing"),
        ({}, "no conditions"),
    ],
)
def test_what_cannot_be_matched_is_an_error_with_its_line(conditions: dict[str, Any], said: str) -> None:
    (error,) = check(file_of(conditions)).errors
    assert error.startswith("line ")
    assert said in error


def test_a_rule_that_is_switched_off_does_not_match() -> None:
    files = [
        file_of({"strings": ["x"]}),
        RuleFile(name="b.yml", body=file_of({"strings": ["x"]}).body.replace("Sample", "Other")),
    ]
    for disabled, left in (((), {"Sample", "Other"}), (("Sample",), {"Other"}), (("Sample", "Other"), set())):
        rules = ENGINE.load(ENGINE.compile(files, disabled), files, disabled)
        said = rules.match(Artefact(data=b"x", kind="pe"), "mine 1")
        assert {item.rule for item in said if isinstance(item, RuleMatch)} == left


HEAD = "Sample:\n  meta: {author: A}\n"


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        ("Sample:\n  meta: {}\n  ? [strings]\n  : [abcd]\n", 3, "what stands before a colon is a text"),
        (HEAD + "  strings:\n    ? [and]\n    : [abcd]\n", 4, "what stands before a colon is a text"),
        (HEAD + "  variants:\n    ? {a: b}\n    : {strings: [abcd]}\n", 4, "what stands before a colon is a text"),
        ('Sample:\n  meta: {author: "\\uD800"}\n  strings: [abcd]\n', 2, "a text has half a character"),
        ('"\\uDFFF":\n  meta: {}\n  strings: [abcd]\n', 1, "a text has half a character"),
        (HEAD + '  strings: ["\\UFFFFFFFF"]\n', 1, "an escape names no character"),
        (HEAD + '  strings: ["\\U00110000"]\n', 1, "an escape names no character"),
        (HEAD + "  strings:\n    and: [abcd]\n    0: efgh\n", 5, "'0' is none of and"),
        (HEAD + "  strings:\n    and:\n      or: [abcd, efgh]\n", 5, "'or' is none of and"),
        (HEAD + "  strings:\n    - and: [abcd]\n", 4, "an item of strings has no text"),
        (HEAD + "  strings:\n    - Error: disk\n", 4, "an item of strings has no text"),
        (HEAD + "  hex_strings:\n    - any: aabb\n", 4, "an item of hex_strings has no text"),
        (HEAD + "  strings: [" + "x" * (256 << 10) + "]\n", 1, "it is larger than 256 KiB"),
        (HEAD + "  strings: [" + "a, " * 20_000 + "]\n", 3, "it is too large, or nested too deep"),
    ],
)
def test_what_is_no_rule_is_said_with_its_line(body: str, line: int, what: str) -> None:
    (error,) = check(RuleFile(name="sample.yml", body=body)).errors
    assert error.startswith(f"line {line}: {what}")


SIGNS = (*"ab0 \n:-?[]{}!&*\"'\\uxU#%|>,", "  ", "strings", "and", "meta")


@given(some.lists(some.sampled_from(SIGNS)).map("".join))
def test_whatever_stands_in_a_file_is_answered(tail: str) -> None:
    check(RuleFile(name="sample.yml", body=tail))
    check(RuleFile(name="sample.yml", body=HEAD + "  strings:" + tail))
    check(RuleFile(name="sample.yml", body=HEAD + "  " + tail))


def test_a_long_pattern_is_read_in_linear_time() -> None:
    began = time.process_time()
    assert not check(RuleFile(name="sample.yml", body=HEAD + f"  hex_strings: [aa{'..' * 60_000}bb]\n")).errors
    assert time.process_time() - began < 10
