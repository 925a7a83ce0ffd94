"""Ranges from the events of an OSV record, and what lies in them."""

import pytest

from pellucid.domain.advisory import Advisory, AffectedRange
from pellucid.formats.version_order import dpkg, upstream
from pellucid.formats.advisory_ranges import affects, range_of, ranges_of


def advisory(*events: dict[str, str], versions: tuple[str, ...] = ()) -> Advisory:
    return Advisory(
        id="CVE-2000-0001",
        aliases=(),
        summary="",
        ecosystem="",
        vendor="acme",
        product="tool",
        ranges=ranges_of(events, upstream),
        versions=versions,
    )


def test_events_may_come_in_any_order() -> None:
    events = [{"fixed": "3.0.7"}, {"introduced": "3.0.0"}, {"introduced": "1.0.1"}, {"fixed": "1.0.1g"}]
    expected = (
        AffectedRange(introduced="1.0.1", fixed="1.0.1g"),
        AffectedRange(introduced="3.0.0", fixed="3.0.7"),
    )
    assert ranges_of(events, upstream) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.0.0", False), ("1.0.1", True), ("1.0.1f", True), ("1.0.1g", False), ("3.0.6", True), ("3.0.7", False)],
)
def test_a_range_begins_with_its_first_version_and_ends_before_the_fixed_one(version: str, expected: bool) -> None:
    statement = advisory({"introduced": "1.0.1"}, {"fixed": "1.0.1g"}, {"introduced": "3.0.0"}, {"fixed": "3.0.7"})
    assert affects(statement, version, upstream) is expected


def test_the_last_affected_version_is_affected() -> None:
    statement = advisory({"introduced": "0"}, {"last_affected": "1.35.0"})
    assert affects(statement, "1.35.0", upstream)
    assert not affects(statement, "1.35.1", upstream)


def test_a_range_without_end_is_open() -> None:
    statement = advisory({"introduced": "2.0"})
    assert not affects(statement, "1.9", upstream)
    assert affects(statement, "99", upstream)


def test_fixed_in_zero_means_that_nothing_is_affected() -> None:
    assert ranges_of([{"introduced": "0"}, {"fixed": "0"}], dpkg) == ()


def test_a_range_that_ends_before_it_begins_is_dropped() -> None:
    assert ranges_of([{"introduced": "5.28.0"}, {"fixed": "5.26.3"}], upstream) == ()
    assert ranges_of([{"introduced": "5.28.0"}, {"fixed": "5.28.0"}], upstream) == ()


def test_a_last_range_may_be_open() -> None:
    found = ranges_of([{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}], upstream)
    assert found == (AffectedRange(fixed="1.0"), AffectedRange(introduced="2.0"))


def test_listed_versions_are_affected_and_only_those() -> None:
    statement = advisory(versions=("1.35.0",))
    assert affects(statement, "1.35.0", upstream)
    assert not affects(statement, "1.35", upstream)
    assert range_of(statement, "1.35.0", upstream) is None
