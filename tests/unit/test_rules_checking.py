"""Rules of one's own are checked: every file by itself and all together, whatever is in them and however they come."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import BudgetExceeded, InvalidRequest, Malformed
from pellucid.rules import archive, yara_text
from pellucid.rules.checking import check_all, found_in
from pellucid.rules.engines import check
from pellucid.rules.rule_file import CheckedFile, RuleFile

GOOD = """// two rules, and words that look like others
import "elf"

rule first : tag
{
    meta:
        title = "rule second { }"
    strings:
        $a = "} rule third { // \\" " // a comment with { and "
        $b = /rule \\/ {1,2}"x/ /* rule fourth { */
        $c = { 7F 45 ( 4C | 4D ) 46 }
    condition:
        any of them and filesize \\ 2 > 1 and for any i in (1..2) : (uint8(i) \\ 1 == 1)
}
private rule helper { condition: elf.type == elf.ET_EXEC }
rule second { condition: helper and first }
"""


def of(body: str, name: str = "a.yar") -> CheckedFile:
    return check(RuleFile(name=name, body=body))


def test_a_good_file_is_its_rules_with_their_own_parts_of_it() -> None:
    found = of(GOOD)
    assert not found.errors
    assert [(rule.name, rule.line) for rule in found.rules] == [("first", 4), ("helper", 15), ("second", 16)]
    assert found.rules[0].body.startswith("rule first : tag\n{")
    assert found.rules[0].body.endswith("== 1)\n}")
    assert found.rules[1].body == "private rule helper { condition: elf.type == elf.ET_EXEC }"
    assert found.rules[0].meta == {"title": "rule second { }"}


def test_an_error_has_its_line() -> None:
    (error,) = of('rule a { condition: true }\nrule b {\n strings: $x = "abc"\n condition: $x and $y }').errors
    assert error == "line 4: unknown pattern `$y`: this pattern is not declared in the `strings` section"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "// nothing",
        "rule a {",
        'include "/etc/passwd"\nrule a { condition: true }',
        'import "nothing"',
        "\0",
        "rule a { condition: true } rule a { condition: true }",
    ],
)
def test_what_cannot_be_used_has_errors_and_no_rules(body: str) -> None:
    found = of(body)
    assert found.errors
    assert not found.rules
    assert all(error.startswith("line ") for error in found.errors)


def test_a_slow_loop_is_warned_of_at_its_rule() -> None:
    found = of("rule quick { condition: true }\nrule slow { condition: for all i in (0..filesize) : (uint8(i) == 1) }")
    assert not any("loop" in said for said in found.rules[0].warnings)
    assert any("loop" in said for said in found.rules[1].warnings)


@given(st.text(alphabet='ruleab{}"/\\*=( \n$0,conditon:private', max_size=200))
def test_any_text_is_told_about(body: str) -> None:
    found = of(body)
    assert bool(found.errors) != bool(found.rules)
    yara_text.only(body, ["a"])


def test_only_some_rules_keep_what_they_refer_to_and_their_lines() -> None:
    kept = yara_text.only(GOOD, ["second"])
    assert kept == GOOD
    assert yara_text.only(GOOD, ["helper"]).count("\n") == GOOD.count("\n")
    assert [rule.name for rule in of(yara_text.only(GOOD, ["helper"])).rules] == ["helper"]
    with_global = (
        "global rule small { condition: filesize < 10 }\nrule a { condition: true }\nrule b { condition: true }"
    )
    assert [rule.name for rule in of(yara_text.only(with_global, ["b"])).rules] == ["small", "b"]


def test_a_name_belongs_to_one_rule_of_the_set() -> None:
    one, two = (RuleFile(name=name, body="rule a { condition: true }") for name in ("b.yar", "c.yar"))
    checked = check_all([one, two])
    assert [bool(item.errors) for item in checked] == [False, True]
    assert checked[1].errors == ("line 1: a rule a is also in b.yar",)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as made:
        for name, body in files.items():
            made.writestr(name, body)
    return sink.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode=mode) as made:  # type: ignore[call-overload]  # the mode is a parameter
        for name, body in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            made.addfile(info, io.BytesIO(body))
        link = tarfile.TarInfo("link.yar")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    return sink.getvalue()


FILES = {"rules/a.yar": GOOD.encode(), "README.md": b"about", "b.yara": b"\xef\xbb\xbfrule b { condition: true }"}


@pytest.mark.parametrize(
    "content", [zipped(FILES), zipped(FILES, zipfile.ZIP_STORED), tarred(FILES), tarred(FILES, "w")]
)
def test_archives_are_read_in_memory_and_links_are_passed_over(content: bytes) -> None:
    files, refused = archive.read(content)
    assert not refused
    assert [(file.name, file.body[:6]) for file in files] == [("rules/a.yar", GOOD[:6]), ("b.yara", "rule b")]


@pytest.mark.parametrize(
    "name", ["../a.yar", "/etc/a.yar", "x/../../a.yar", "C:a.yar", "x\\..\\a.yar", "n" * 300 + ".yar"]
)
def test_a_name_that_points_elsewhere_is_an_error_of_that_file(name: str) -> None:
    for content in (zipped({name: b"rule a { condition: true }"}), tarred({name: b"rule a { condition: true }"})):
        files, refused = archive.read(content)
        assert not files
        assert len(refused) == 1
        assert refused[0].errors


def test_a_file_that_is_no_text_is_an_error_of_that_file() -> None:
    _, refused = archive.read(zipped({"a.yar": b"rule a\n{ \xff }"}))
    assert refused[0].errors == ("line 2: the file is not UTF-8",)


def test_bombs_are_refused_before_they_fill_the_memory() -> None:
    for content in (
        zipped({"a.yar": bytes(200 << 20)}),
        tarred({"a.yar": bytes(200 << 20)}),
        tarred({"x": bytes(200 << 20)}),
    ):
        assert len(content) < 1 << 20
        with pytest.raises(BudgetExceeded):
            archive.read(content)
    many = zipped({f"{number}.yar": b"x" for number in range(5001)}, zipfile.ZIP_STORED)
    with pytest.raises(BudgetExceeded):
        archive.read(many)


@pytest.mark.parametrize(
    "content", [b"", b"PK\3\4", b"no archive", tarred(FILES)[:300], zipped(FILES)[:-60] + b"x" * 60, bytes(4096)]
)
def test_what_is_no_archive_or_damaged_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        archive.read(content)


@given(st.binary(max_size=2000), st.sampled_from([b"", b"PK\3\4", b"\x1f\x8b\x08"]))
def test_any_bytes_are_an_archive_or_refused(content: bytes, magic: bytes) -> None:
    try:
        archive.read(magic + content)
    except (Malformed, BudgetExceeded):
        return


def test_rules_of_a_folder_and_of_one_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.yar").write_text("rule a { condition: true }")
    (tmp_path / "b.yara").write_text("rule b { condition: true }")
    (tmp_path / "link.yar").symlink_to("/etc/passwd")
    (tmp_path / "notes.txt").write_text("nothing")
    assert [file.name for file in found_in(tmp_path)[0]] == ["b.yara", "deep/a.yar"]
    assert [file.name for file in found_in(tmp_path / "b.yara")[0]] == ["b.yara"]
    (tmp_path / "set.zip").write_bytes(zipped(FILES))
    assert len(found_in(tmp_path / "set.zip")[0]) == 2
    for path in (tmp_path / "nothing", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(InvalidRequest):
            found_in(path)


def test_a_file_by_itself_is_taken_from_whatever_folder() -> None:
    files, refused = archive.taken("C:\\rules\\..\\a.yar", b"rule a { condition: true }")
    assert ([file.name for file in files], refused) == (["a.yar"], [])
    files, (long,) = archive.taken("a" * 300 + ".yar", b"rule a { condition: true }")
    assert (files, len(long.name), long.errors) == ([], archive.LONGEST_NAME, ("line 1: its name is too long",))


def test_a_nul_is_no_text() -> None:
    found = archive.decoded("a.yar", b"/*\n\0 */ rule a { condition: true }")
    assert isinstance(found, CheckedFile)
    assert found.errors == ("line 2: the file has a NUL",)
