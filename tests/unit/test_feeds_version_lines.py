"""What publishers mean by several ranges of one product: lines of development, ranges that are none, and holes."""

from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pellucid.advisories.feeds.nvd_versions import Versions, versions_of
from pellucid.advisories.feeds.version_lines import ONLY_THE_FIX, is_backwards, meant
from pellucid.domain.version_range import VersionRange
from pellucid.formats.version_order import Order, openssl, upstream
from pellucid.formats.version_order.linux_kernel import kernel
from pellucid.formats.version_ranges import contains


def _versions(*rows: dict[str, Any], order: Order = upstream, default: str = "unaffected") -> Versions:
    return versions_of({"versions": list(rows), "defaultStatus": default}, order)


def _row(version: str, below: str = "", status: str = "affected", **fields: Any) -> dict[str, Any]:
    return {"version": version, "status": status, **({"lessThan": below} if below else {}), **fields}


def _written(found: Versions) -> list[str]:
    """Ranges as "1.0 <2.0"."""
    return [
        f"{item.introduced or (item.after and f'>{item.after}')} "
        f"{item.fixed and f'<{item.fixed}'}{item.last_affected and f'<={item.last_affected}'}"
        for item in found.ranges
    ]


def test_before_a_version_beside_other_lines_is_its_own_line() -> None:
    rows = (
        _row("3.1.1", "3.1.1"),
        _row("3.0.0", "3.0.9"),
        _row("1.1.1", "1.1.1u"),
    )

    assert _written(_versions(*rows, order=openssl)) == ["3.1 <3.1.1", "3.0.0 <3.0.9", "1.1.1 <1.1.1u"]
    assert _written(_versions(_row("1.1.1u", "1.1.1u"), _row("3.0.0", "3.0.9"), order=openssl))[0] == "1.1.1 <1.1.1u"
    assert _written(
        _versions(_row("6.1.9", "6.1.9"), _row("2.6.32.5", "2.6.32.5"), _row("4.4", "4.5"), order=kernel)
    ) == [
        "6.1 <6.1.9",
        "2.6.32 <2.6.32.5",
        "4.4 <4.5",
    ]


def test_before_a_version_beside_others_says_nothing_where_lines_are_not_known() -> None:
    assert _written(_versions(_row("3.1.1", "3.1.1"), _row("3.0.0", "3.0.9"))) == ["3.0.0 <3.0.9"]
    assert _versions(_row("21.2.3", "21.2.3"), _row("21.2.2")) == Versions(versions=("21.2.2",))


@pytest.mark.parametrize("version", ["114.0.5735.110", "V3.2.30_build221223", "8.6.0"])
def test_before_a_version_alone_is_all_that_came_before(version: str) -> None:
    found = _versions(_row(version, version))

    assert found == Versions(ranges=(VersionRange(fixed=version),), note=ONLY_THE_FIX)


def test_before_a_version_may_be_written_in_two_ways() -> None:
    assert _written(_versions(_row("8.6", "8.6.0"))) == [" <8.6.0"]


def test_before_several_versions_alone_are_lines() -> None:
    assert _written(_versions(_row("3.0.9", "3.0.9"), _row("3.1.1", "3.1.1"))) == [" <3.0.9", "3.1 <3.1.1"]


def test_before_one_but_not_before_another() -> None:
    found = _versions(_row("8.4.0", "8.4.0"), _row("7.69.0", "7.69.0", "unaffected"))

    assert _written(found) == ["7.69.0 <8.4.0"]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (("18.7.10", "26.6.1"), [" <18.7.10", "19 <26.6.1"]),
        (("3.8.2", "4.26.3", "5.4.4"), [" <3.8.2", "4 <4.26.3", "5 <5.4.4"]),
        (("5.2.44", "6.0.24", "6.1.12"), [" <5.2.44", "6 <6.0.24", "6.1 <6.1.12"]),
        (("v2.24.1", "v2.23.1", "v2.22.2"), [" <v2.22.2", "2.23 <v2.23.1", "2.24 <v2.24.1"]),
        (("8.2.170.0", "8.8.100.0"), [" <8.2.170.0", "8.3 <8.8.100.0"]),
        (("4.96.1", "4.97"), [" <4.96.1"]),
        # The last number counts versions of a line.
        (("6.3.9600.20045", "6.3.9600.20044"), [" <6.3.9600.20045"]),
        (("6.4", "6.5", "6.7"), [" <6.7"]),
        (("1.2.3", "1.2.3.4"), [" <1.2.3.4"]),
        # What is no number is no line.
        (("EU_0.9.1", "US_0.9.2"), [" <EU_0.9.1", " <US_0.9.2"]),
    ],
)
def test_before_several_versions(bounds: tuple[str, ...], expected: list[str]) -> None:
    assert _written(_versions(*(_row("0", bound) for bound in bounds))) == expected


def test_lines_of_the_kernel() -> None:
    """Lines between two that have the fix never get it."""
    found = _versions(*(_row("0", bound) for bound in ("5.10.265", "6.18.45", "7.1.9")), order=kernel)

    assert _written(found) == [" <5.10.265", "5.11 <6.18.45", "6.19 <7.1.9"]


def test_ranges_that_begin_alike_and_later() -> None:
    rows = [{**_row("0.11.0"), "lessThanOrEqual": last} for last in ("1.4.1", "1.5.6")]

    assert _written(_versions(*rows)) == ["0.11.0 <=1.4.1", "1.5 <=1.5.6"]


@pytest.mark.parametrize(
    ("begin", "below"),
    [
        ("10.0.0", "publication"),
        ("19.0.0", "https://vendor.example/releases"),
        ("3.30", "3.3.1"),
        ("4.2.0-alpha", "4.1.7"),
        ("22.0.10", "2.1.1"),
        ("3.5.0", "3.0.50727.8976"),
        ("3.1.0", "3.1-dev6"),
    ],
)
def test_ranges_that_end_before_they_begin_say_nothing(begin: str, below: str) -> None:
    assert not _versions(_row(begin, below))
    assert _written(_versions(_row(begin, below), _row("1.0", "1.1"))) == ["1.0 <1.1"]


def test_a_branch_that_lost_its_star() -> None:
    rows = (
        _row("5.15"),
        _row("0", "5.15", "unaffected"),
        {**_row("5.15.149", status="unaffected"), "lessThanOrEqual": "5.15.0"},
        {**_row("6.1.76", status="unaffected"), "lessThanOrEqual": "6.1.0"},
        _row("6.8", "*", "unaffected"),
    )

    found = _versions(*rows, default="affected", order=kernel)

    assert _written(found) == ["5.15 <5.15.149", "5.16 <6.1.76", "6.2 <6.8"]
    assert not _versions({**_row("5.15.0-rc1"), "lessThanOrEqual": "5.14.0"})


def test_pairs_of_rows_that_are_one_range() -> None:
    rows = (
        _row("unspecified", "8.5.14"),
        _row("8.6.0", "unspecified"),
        _row("unspecified", "8.13.6"),
        _row("8.14.0", "unspecified"),
        _row("unspecified", "8.16.1"),
    )

    assert _written(_versions(*rows)) == [" <8.5.14", "8.6.0 <8.13.6", "8.14.0 <8.16.1"]
    assert _written(_versions(_row("8.6.0", "unspecified"))) == ["8.6.0 "]
    assert _written(_versions(_row("8.6.0", "unspecified"), _row("7.0", "7.1"))) == ["8.6.0 ", "7.0 <7.1"]


def test_what_is_not_affected_is_no_part_of_what_is() -> None:
    rows = (_row("0", "3.0"), _row("1.0", "2.0", "unaffected"))

    assert _written(_versions(*rows)) == [" <1.0", "2.0 <3.0"]
    assert _written(_versions(_row("0", "3.0"), _row("3.0", status="unaffected"))) == [" <3.0"]
    # Who says both of everything is believed about the first.
    assert _written(_versions(_row("1.0", "2.0"), _row("0", "*", "unaffected"))) == ["1.0 <2.0"]


def test_a_change_of_a_row_is_about_that_row() -> None:
    """As one publisher wrote it: 154.2 for 1.54.2."""
    changed = {**_row("1.54.0"), "lessThanOrEqual": "154.2", "changes": [{"at": "1.54.3", "status": "unaffected"}]}

    assert _written(_versions(changed, _row("1.55.0", "1.55.3"))) == ["1.54.0 <1.54.3", "1.55.0 <1.55.3"]


NUMBERS = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda items: ".".join(map(str, items)))
SPANS = st.builds(VersionRange, introduced=st.just("") | NUMBERS, fixed=NUMBERS) | st.builds(
    VersionRange, introduced=st.just("") | NUMBERS, last_affected=NUMBERS
)


@given(
    affected=st.lists(SPANS, min_size=1, max_size=5, unique=True),
    unaffected=st.lists(SPANS, max_size=3, unique=True),
    version=NUMBERS,
    order=st.sampled_from([upstream, kernel, openssl]),
)
@example(
    affected=[VersionRange(introduced="2", fixed="0.0"), VersionRange(introduced="2", fixed="1.1")],
    unaffected=[],
    version="1",
    order=upstream,
)
def test_nothing_is_added(
    affected: list[VersionRange], unaffected: list[VersionRange], version: str, order: Order
) -> None:
    """What is meant was said, and what was said is meant but where a line has its fix, or it is said not to be."""
    holes = [span for span in unaffected if not is_backwards(span, order)]
    before = [bool(span.introduced) and order(span.introduced, span.fixed) == 0 for span in affected]
    assume(not any(before))
    found = any(contains(span, version, order) for span in meant(affected, holes, order).spans)
    said = any(contains(span, version, order) for span in affected)

    assert not found or said
    if said and not found:
        ends = [span.fixed or span.last_affected for span in affected]
        in_hole = any(contains(span, version, order) for span in holes)
        assert in_hole or any(order(end, version) <= 0 for end in ends)


@given(rows=st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from(["affected", "unaffected"])), max_size=5))
def test_no_row_is_backwards(rows: list[tuple[str, str, str]]) -> None:
    found = _versions(*(_row(*row) for row in rows))

    assert not any(is_backwards(item, upstream) for item in found.ranges)


def test_many_rows_take_no_time() -> None:
    rows = [
        _row(f"{number}.0", f"{number}.{number}", status)
        for number in range(2500)
        for status in ("affected", "unaffected")
    ]

    assert _versions(*rows)
