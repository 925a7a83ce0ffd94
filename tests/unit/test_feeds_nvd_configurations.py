"""Configurations of NVD: which products, which versions, and only together with what."""

from typing import Any

import pytest
from tests.support.feed_nvd import HARDWARE, both, criteria, either, match, node

from pellucid.advisories.feeds import nvd_configurations
from pellucid.advisories.feeds.nvd_configurations import NOT_ALL_SAID, applicability
from pellucid.advisories.feeds.nvd_names import product_named
from pellucid.domain.statement import Affected, Platform
from pellucid.domain.version_range import VersionRange
from pellucid.errors import Malformed

LIB = ("cpe:a", "acme:lib")
FIRMWARE = criteria("o:acme:router_firmware")
PLATFORM = Platform(cpe=HARDWARE)


def _said(*configurations: dict[str, Any]) -> tuple[Affected, ...]:
    found = applicability(list(configurations))
    assert not found.fault
    return found.affected


def _versions(name: str, **bounds: Any) -> Affected:
    (found,) = _said(either(node(match(name, **bounds))))
    assert found.subject == LIB
    return found


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"EndExcluding": "2.0"}, VersionRange(fixed="2.0")),
        ({"EndIncluding": "2.0"}, VersionRange(last_affected="2.0")),
        ({"StartIncluding": "1.0", "EndExcluding": "2.0"}, VersionRange(introduced="1.0", fixed="2.0")),
        ({"StartExcluding": "1.0", "EndIncluding": "2.0p3"}, VersionRange(after="1.0", last_affected="2.0p3")),
        ({"StartIncluding": "STABLE-2_1_2"}, VersionRange(introduced="STABLE-2_1_2")),
    ],
)
def test_bounds_are_ranges(bounds: dict[str, str], expected: VersionRange) -> None:
    found = _versions(criteria("a:acme:lib"), **bounds)

    assert (found.ranges, found.versions, found.any_version) == ((expected,), (), False)


@pytest.mark.parametrize(
    ("version", "rest", "expected"),
    [
        ("1.0.1", "*:*:*:*:*:*:*", "1.0.1"),
        ("1.0.1", "beta1:*:*:*:*:*:*", "1.0.1:beta1"),
        ("4.2.8", "p10:*:*:*:*:*:*", "4.2.8:p10"),
        ("1.0.1", "-:*:*:*:*:*:*", "1.0.1:-"),
        ("-", "*:*:*:*:*:*:*", "-"),
        ("-", "sp2:*:*:*:*:*:*", "-:sp2"),
        ("1.2\\(3\\)t", "*:*:*:*:*:*:*", "1.2(3)t"),
    ],
)
def test_names_with_a_version_are_versions(version: str, rest: str, expected: str) -> None:
    found = _versions(criteria("a:acme:lib", version, rest))

    assert (found.ranges, found.versions, found.any_version) == ((), (expected,), False)


def test_a_name_without_version_and_bounds_is_any_version() -> None:
    found = _versions(criteria("a:acme:lib"))

    assert (found.ranges, found.versions, found.any_version) == ((), (), True)


def test_the_update_of_a_name_belongs_to_its_last_version() -> None:
    found = _versions(criteria("a:acme:lib", "*", "p9:*:*:*:*:*:*"), StartIncluding="4.0", EndIncluding="4.2.8")

    assert found.ranges == (VersionRange(introduced="4.0", last_affected="4.2.8:p9"),)


def test_matches_of_one_product_are_one_statement() -> None:
    found = _said(
        either(node(match(criteria("a:acme:lib"), EndExcluding="1.4"), match(criteria("a:acme:other", "3")))),
        either(
            node(
                match(criteria("a:acme:lib"), StartIncluding="2.0", EndExcluding="2.3"),
                match(criteria("a:acme:lib", "3.0", "rc1:*:*:*:*:*:*")),
                match(criteria("a:acme:lib"), EndExcluding="1.4"),
            )
        ),
    )

    assert found == (
        Affected(
            subject=LIB,
            ranges=(VersionRange(fixed="1.4"), VersionRange(introduced="2.0", fixed="2.3")),
            versions=("3.0:rc1",),
        ),
        Affected(subject=("cpe:a", "acme:other"), versions=("3",)),
    )


def test_what_it_is_made_for_and_its_edition_keep_statements_apart() -> None:
    found = _said(
        either(
            node(
                match(criteria("a:acme:lib", "*", "*:*:*:*:wordpress:*:*"), EndExcluding="2"),
                match(criteria("a:acme:lib", "*", "*:*:*:lts:node.js:*:*"), EndExcluding="2"),
                match(criteria("a:acme:lib", "*", "*:*:*:-:-:*:*"), EndExcluding="2"),
            )
        )
    )

    assert [(item.target, item.edition) for item in found] == [("wordpress", ""), ("node.js", "lts"), ("", "")]


def test_hardware_that_the_firmware_runs_on() -> None:
    (found,) = _said(both(node(match(FIRMWARE, EndExcluding="1.6")), node(match(HARDWARE, vulnerable=False))))

    assert found == Affected(
        subject=("cpe:o", "acme:router_firmware"), ranges=(VersionRange(fixed="1.6"),), only_with=((PLATFORM,),)
    )


def test_platforms_of_one_node_are_alternatives_and_have_their_bounds() -> None:
    windows = criteria("o:microsoft:windows")
    linux = criteria("o:linux:linux_kernel")
    (found,) = _said(
        both(
            node(match(criteria("a:acme:lib"))),
            node(match(windows, vulnerable=False), match(linux, vulnerable=False, EndExcluding="4.4.60")),
            node(match(HARDWARE, vulnerable=False)),
        )
    )

    assert found.only_with == (
        (Platform(cpe=windows), Platform(cpe=linux, ranges=(VersionRange(fixed="4.4.60"),))),
        (PLATFORM,),
    )


def test_two_that_are_vulnerable_only_together_condition_each_other() -> None:
    one, other = criteria("a:acme:lib", "1.0"), criteria("a:acme:server", "2.0")

    found = _said(both(node(match(one)), node(match(other))))

    assert [(item.subject[1], item.only_with) for item in found] == [
        ("acme:lib", ((Platform(cpe=other),),)),
        ("acme:server", ((Platform(cpe=one),),)),
    ]


def test_a_node_may_ask_for_all_of_its_matches() -> None:
    lib, left, right = criteria("a:acme:lib", "1.0"), criteria("a:acme:left"), criteria("a:acme:right")

    (found,) = _said(
        either(node(match(lib), match(left, vulnerable=False), match(right, vulnerable=False), operator="AND"))
    )
    (beside,) = _said(
        both(node(match(lib)), node(match(left, vulnerable=False), match(right, vulnerable=False), operator="AND"))
    )

    assert found.only_with == ((Platform(cpe=left),), (Platform(cpe=right),))
    assert beside.only_with == ((Platform(cpe=left),), (Platform(cpe=right),))


def test_alternatives_condition_nothing() -> None:
    found = _said(
        either(node(match(criteria("a:acme:lib"))), node(match(HARDWARE, vulnerable=False))),
        either(node(match(HARDWARE, vulnerable=False))),
    )

    assert found == (Affected(subject=LIB, any_version=True),)


def test_with_and_without_a_condition_are_two_statements() -> None:
    name = criteria("a:acme:lib", "1.0")

    found = _said(both(node(match(name)), node(match(HARDWARE, vulnerable=False))), either(node(match(name))))

    assert [item.only_with for item in found] == [((PLATFORM,),), ()]


def test_what_is_negated_is_not_stated() -> None:
    lib, other = match(criteria("a:acme:lib")), match(HARDWARE, vulnerable=False)

    assert _said(either(node(lib, negate=True))) == ()
    assert _said({**either(node(lib)), "negate": True}) == ()
    (found,) = _said(both(node(lib), node(other, negate=True)))
    assert (found.only_with, found.note) == ((), NOT_ALL_SAID)


def test_a_match_that_is_none_does_not_keep_the_others_back() -> None:
    found = applicability([both(node(match("cpe:2.3:a:acme"), match(criteria("a:acme:lib"))), node(match(HARDWARE)))])

    assert [item.subject[1] for item in found.affected] == ["acme:lib", "acme:router"]
    assert "cpe:2.3:a:acme" in found.fault
    # What the hardware needs beside it is not all known.
    assert (found.affected[1].only_with, found.affected[1].note) == ((), NOT_ALL_SAID)


def test_more_than_any_record_means_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nvd_configurations, "MOST_PLATFORMS", 10)
    many = [match(criteria("a:acme:lib", str(number))) for number in range(4)]

    assert applicability([both(node(*many[:3]), node(*many[:1]))]).affected
    found = applicability([both(node(*many), node(*many))])
    assert found.affected == ()
    assert "platforms" in found.fault


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("cpe:2.3:a:acme:lib\\+\\+:1:*:*:*:*:*:*:*", ("cpe:a", "acme:lib++")),
        ("cpe:2.3:a:acme:config\\:\\:model:1:*:*:*:*:*:*:*", ("cpe:a", "acme:config::model")),
        ("cpe:2.3:a:acme\\\\:lib:1:*:*:*:*:*:*:*", ("cpe:a", "acme\\:lib")),
        ("cpe:2.3:o:ACME:Tcp\\/Ip:1:*:*:*:*:*:*:*", ("cpe:o", "acme:tcp/ip")),
        ("cpe:/o:redhat:enterprise_linux:10", ("cpe:o", "redhat:enterprise_linux")),
        ("cpe:/a:acme:lib%2b%2b", ("cpe:a", "acme:lib++")),
    ],
)
def test_names_are_split_at_colons_that_are_not_escaped(name: str, subject: tuple[str, str]) -> None:
    assert product_named(name).subject == subject


@pytest.mark.parametrize(
    "name",
    [
        "",
        "cpe",
        "cpe:2.3:a:acme:lib:1",
        "cpe:2.3:x:acme:lib:1:*:*:*:*:*:*:*",
        "cpe:2.3:a:acme:*:1:*:*:*:*:*:*:*",
        "cpe:2.3:a:acme:lib\\:1:*:*:*:*:*:*:*",
        "cpe:/a:acme",
        "cpe:/a:b:c:d:e:f:g:h",
        "cpe:2.3:a:acme:" + "l" * 3000 + ":1:*:*:*:*:*:*:*",
    ],
)
def test_what_is_no_name_of_a_product(name: str) -> None:
    with pytest.raises(Malformed):
        product_named(name)
