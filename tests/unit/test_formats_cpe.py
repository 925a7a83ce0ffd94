"""CPE names: bound, read, matched; thirteen parts, whatever the version is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.errors import Malformed
from pellucid.formats import cpe
from pellucid.formats.cpe import CpeName, Relation


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("", "cpe:2.3:a:maker:thing:*:*:*:*:*:*:*:*"),
        ("1.2.3-rc1", "cpe:2.3:a:maker:thing:1.2.3-rc1:*:*:*:*:*:*:*"),
        ("1.0+dfsg~1", r"cpe:2.3:a:maker:thing:1.0\+dfsg\~1:*:*:*:*:*:*:*"),
        ("1:2", r"cpe:2.3:a:maker:thing:1\:2:*:*:*:*:*:*:*"),
    ],
)
def test_versions_are_quoted(version: str, name: str) -> None:
    assert cpe.name("a:maker:thing", version) == name


@given(st.text(max_size=40))
def test_there_are_always_thirteen_parts(version: str) -> None:
    assert len(re.split(r"(?<!\\):", cpe.name("a:maker:thing", version).replace("\\\\", ""))) == 13


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "cpe:2.3:a:openbsd:openssh:9.3:p1:*:*:*:*:*:*",
            CpeName(part="a", vendor="openbsd", product="openssh", version="9.3", update="p1"),
        ),
        (
            r"cpe:2.3:a:Libsigc\+\+:tcp\/ip\:v6:1.0\\2:-:*:en:pro:node.js:x64:*",
            CpeName(
                part="a",
                vendor="libsigc++",
                product="tcp/ip:v6",
                version="1.0\\2",
                update="-",
                language="en",
                sw_edition="pro",
                target_sw="node.js",
                target_hw="x64",
            ),
        ),
        (
            r"cpe:2.3:h:maker:\-:\*:-:*:*:*:*:*:*",
            CpeName(part="h", vendor="maker", product="\\-", version="\\*", update="-"),
        ),
        ("cpe:/o:linux:linux_kernel:4.4", CpeName(part="o", vendor="linux", product="linux_kernel", version="4.4")),
        (
            "cpe:/a:libsigc%2b%2b:a%3ab::-:~~pro~wordpress~~:en",
            CpeName(
                part="a",
                vendor="libsigc++",
                product="a:b",
                update="-",
                language="en",
                sw_edition="pro",
                target_sw="wordpress",
            ),
        ),
        ("cpe:/h:maker", CpeName(part="h", vendor="maker")),
    ],
)
def test_names_are_read(text: str, expected: CpeName) -> None:
    found = cpe.parse(text)
    assert found == expected
    assert cpe.parse(str(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "openssh 9.3",
        "cpe:2.3:a:openbsd:openssh:9.3",
        "cpe:2.3:a:openbsd:openssh:9.3:p1:*:*:*:*:*:*:*",
        "cpe:2.3:a:openbsd:openssh::*:*:*:*:*:*:*",
        "cpe:2.3:x:openbsd:openssh:9.3:p1:*:*:*:*:*:*",
        "cpe:2.3:a:openbsd:openssh:9.3:p1:*:*:*:*:*:\\",
        r"cpe:2.3:a:openbsd\:openssh:9.3:p1:*:*:*:*:*:*",
        "cpe:/a:b:c:d:e:f:g:h",
        "cpe:2.3:" + ":".join("a" * 300 for _ in range(11)),
    ],
)
def test_what_is_no_name_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        cpe.parse(text)


@given(st.text(st.sampled_from("cpe:2.3/aoh*-\\?~%20"), max_size=60))
def test_any_text_is_a_name_or_malformed(text: str) -> None:
    for start in ("", "cpe:2.3:a:", "cpe:/a:"):
        try:
            found = cpe.parse(start + text)
        except Malformed:
            continue
        assert cpe.parse(str(found)) == found


def test_subject_and_version_as_statements_have_them() -> None:
    openssh = cpe.parse("cpe:2.3:a:openbsd:openssh:9.3:p1:*:*:*:*:*:*")
    assert openssh.subject == ("cpe:a", "openbsd:openssh")
    assert openssh.listed == "9.3:p1"
    assert CpeName(part="a", version="9.3").listed == "9.3"
    assert CpeName(part="a", version="9.3", update="-").listed == "9.3:-"


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("*", "wordpress", Relation.SUPERSET),
        ("*", "-", Relation.SUPERSET),
        ("*", "*", Relation.EQUAL),
        ("wordpress", "wordpress", Relation.EQUAL),
        ("wordpress", "*", Relation.SUBSET),
        ("wordpress", "-", Relation.DISJOINT),
        ("wordpress", "android", Relation.DISJOINT),
        ("-", "-", Relation.EQUAL),
        ("-", "*", Relation.SUBSET),
        ("-", "1.0", Relation.DISJOINT),
    ],
)
def test_values_relate(source: str, target: str, expected: Relation) -> None:
    assert cpe.relation(source, target) is expected


def test_a_name_covers_what_it_means() -> None:
    known = cpe.parse("cpe:2.3:a:maker:thing:1.0:-:*:*:*:-:*:*")
    assert cpe.covers(cpe.parse("cpe:2.3:a:maker:thing:1.0:*:*:*:*:*:*:*"), known)
    assert cpe.covers(known, known)
    assert not cpe.covers(cpe.parse("cpe:2.3:a:maker:thing:1.0:*:*:*:*:wordpress:*:*"), known)
    assert not cpe.covers(known, cpe.parse("cpe:2.3:a:maker:thing:1.0:*:*:*:*:*:*:*"))


@given(st.lists(st.sampled_from(["a", "*", "-", "", "x.1", "a~b"]), min_size=9, max_size=13))
def test_names_without_a_backslash_are_read_like_those_with_one(parts: list[str]) -> None:
    """The second part is quoted in the other, which changes nothing."""
    plain = "cpe:2.3:a:q:" + ":".join(parts)
    try:
        found = cpe.parse(plain.replace(":q:", ":\\q:", 1))
    except Malformed:
        with pytest.raises(Malformed):
            cpe.parse(plain)
    else:
        assert cpe.parse(plain) == found
