"""Ratings: vectors are scored as FIRST publishes it, words are understood, and the declared order decides."""

from itertools import permutations

import pytest

from pellucid.advisories.scores import CISA_ADP, NVD, primary, ranked, rating, severity_of
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import Rating

# From the example documents of FIRST for v3.1 (which give v2, too) and v4.0.
PUBLISHED = [
    ("CVE-2013-0375", "AV:N/AC:L/Au:S/C:P/I:P/A:N", 5.5),
    ("CVE-2013-0375", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
    ("CVE-2014-3566", "AV:N/AC:M/Au:N/C:P/I:N/A:N", 4.3),
    ("CVE-2014-3566", "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),
    ("CVE-2012-1516", "AV:N/AC:L/Au:S/C:C/I:C/A:C", 9.0),
    ("CVE-2012-1516", "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
    ("CVE-2009-0783", "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2),
    ("CVE-2014-0160", "AV:N/AC:L/Au:N/C:P/I:N/A:N", 5.0),
    ("CVE-2014-0160", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
    ("CVE-2014-6271", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
    ("CVE-2008-1447", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8),
    ("CVE-2014-0160", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N", 8.7),
    ("CVE-2021-44228", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0),
    ("CVE-2022-41741", "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3),
    ("CVE-2020-3549", "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.7),
]
V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V40 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"
V2 = "AV:N/AC:L/Au:N/C:C/I:C/A:C"


def _of(source: str, vector: str = "", *, word: str = "", is_primary: bool = False) -> Rating:
    found = rating(source, vector, word=word, is_primary=is_primary)
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "vector", "score"), PUBLISHED)
def test_published_examples_have_their_scores(name: str, vector: str, score: float) -> None:
    assert _of("first", vector).score == score, name


def test_subscores_of_versions_2_and_3() -> None:
    second, third = _of("nvd", V2), _of("nvd", V31)

    assert (second.version, second.exploitability, second.impact) == ("2.0", 10.0, 10.0)
    assert (third.version, third.exploitability, third.impact) == ("3.1", 3.9, 5.9)


def test_version_2_knows_nothing_above_high() -> None:
    assert (_of("nvd", V2).score, _of("nvd", V2).word) == (10.0, Severity.HIGH)
    assert _of("nvd", V31).word is Severity.CRITICAL


def test_an_impact_of_nothing_is_not_below_zero() -> None:
    found = _of("nvd", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N")

    assert (found.score, found.impact, found.word) == (0.0, 0.0, Severity.UNSPECIFIED)


def test_threat_metrics_of_version_4_are_kept_and_not_scored() -> None:
    found = _of("cna@vuldb.com", V40 + "/E:U/CR:X/MAV:X")

    assert found == Rating(
        source="cna@vuldb.com", version="4.0", vector=V40 + "/E:U", score=10.0, word=Severity.CRITICAL
    )


@pytest.mark.parametrize("vector", [f"({V2})", f"CVSS:2.0/{V2}", f" {V2}/ ", f"{V2}/E:ND/RL:ND"])
def test_spellings_of_version_2(vector: str) -> None:
    assert _of("nvd", vector).vector == V2


@pytest.mark.parametrize(
    "vector", ["", "/", "n/a", "CVSS:3.1/", "CVSS:3.1/AV:N", V31 + "/AV:N", V31[:-1] + "Q", "CVSS:5.0/AV:N", V2 * 50]
)
def test_what_is_no_vector_rates_nothing_without_a_word(vector: str) -> None:
    assert rating("github", vector) is None
    assert rating("github", vector, word="MODERATE") == Rating(source="github", word=Severity.MEDIUM)


def test_the_word_of_the_publisher_goes_before_that_of_the_scale() -> None:
    assert _of("github", V31, word="MODERATE").word is Severity.MEDIUM


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("LOW", Severity.LOW),
        ("Important", Severity.HIGH),
        ("medium**", Severity.MEDIUM),
        ("negligible", Severity.LOW),
        (" critical ", Severity.CRITICAL),
        ("not yet assigned", Severity.UNSPECIFIED),
        ("", Severity.UNSPECIFIED),
    ],
)
def test_words(word: str, severity: Severity) -> None:
    assert severity_of(word) is severity


def test_the_declared_order_whatever_order_they_come_in() -> None:
    declared = (
        _of(NVD, V31, is_primary=True),
        _of(NVD, V40, is_primary=True),
        _of("cna@vendor.example", V31, is_primary=True),
        _of(NVD, V31),
        _of("cna@vendor.example", V31),
        _of("cna@vendor.example", V40),
        _of(CISA_ADP, V31),
        _of("debian", V31),
        _of(NVD, V2, is_primary=True),
    )

    for few in permutations(declared, 3):
        assert ranked(few) == tuple(sorted(few, key=declared.index))
    words = (_of("github", word="CRITICAL"), _of("debian", word="high"), _of("ubuntu", word="low"))
    assert ranked(reversed(declared + words)) == declared + words
    assert primary(reversed(declared + words)) == declared[0]


def test_nothing_counts_where_there_is_nothing() -> None:
    assert primary([]) is None
