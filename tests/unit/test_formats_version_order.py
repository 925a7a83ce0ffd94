"""Orders of versions: which of two is the later one."""

import itertools
import random
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.formats.rpm_version import compare as rpm
from pellucid.formats.version_order import Comparator, apk, comparator, dpkg, freebsd, latest, pypi, upstream

# Each row ascends.
DPKG = [
    ["0~~", "0~", "0", "0+b1", "0.1"],
    ["1.0~rc1-1", "1.0-1", "1.0-1+deb12u1", "1.0-1.1", "1.0-2", "1.0.1-1"],
    ["9", "1:0.1", "1:1.35.0-4+deb12u1", "1:1.35.0-4+deb12u1+b1", "2:0"],
    ["2.36-9+deb12u3", "2.36-9+deb12u14"],
    ["1.2.13.dfsg-1", "1.3.dfsg+really1.3.1-1"],
]
APK = [
    ["1.0_alpha1", "1.0_beta1", "1.0_pre2", "1.0_rc1", "1.0", "1.0_cvs1", "1.0_p1", "1.0_p2-r1"],
    ["1.36.1-r7", "1.36.1-r17", "1.36.2-r0"],
    ["9.3_p1-r3", "9.3_p2-r1", "9.6_p1-r0"],
    ["1.1.1", "1.1.1-r0", "1.1.1a-r0", "1.1.1w-r0", "3.1.4-r0", "3.1.10-r0"],
    ["1.8.1-r1", "1.8.1p1-r1", "1.8.2-r0"],
    ["0.01", "0.1"],
]
RPM = [
    ["1.0~rc1-1", "1.0-1", "1.0^git1-1", "1.0.1-1", "1:0.1-1"],
    ["3.0.7-27.el9", "3.0.7-27.el9_2.1", "3.0.7-27.el9_3", "3.0.7-28.el9"],
    ["1.0", "1.0-1"],
    ["1.0a", "1.0b", "1.0.1", "1.00002"],
]
FREEBSD = [["2.9", "2.10", "2.10_1", "2.10_2", "2.10.1", "1.0,1", "1.0_1,1", "0.9,2"]]
UPSTREAM = [
    ["1.0.2-beta1", "1.0.2", "1.0.2a", "1.0.2z", "1.0.2za", "1.0.2zd", "1.1.0", "3.0.0-alpha3", "3.0.0-beta1", "3.0.0"],
    ["0.52", "2019.78", "2020.81", "2022.83", "2025.88", "2025.89"],
    ["2.9", "2.10-rc1", "2.10", "2.11"],
    ["2.92", "2.93rc1", "2.93"],
    ["4.4.60", "4.19.0-rc7", "4.19.0-rc10", "4.19.0", "6.1", "6.1.9", "6.1.153", "6.1.176", "6.2"],
    ["1.36.1", "1.37.0.git", "1.37.0"],
    ["9.3p1", "9.3p2", "9.4"],
    ["1.2.11", "1.2.13", "1.2.13.1", "1.3", "1.3.1"],
]
ROWS = (
    [(dpkg, row) for row in DPKG]
    + [(apk, row) for row in APK]
    + [(rpm, row) for row in RPM]
    + [(upstream, row) for row in UPSTREAM]
)


@pytest.mark.parametrize(("order", "row"), ROWS, ids=lambda value: value[0] if isinstance(value, list) else "")
def test_every_pair_of_an_ascending_row(order: Comparator, row: list[str]) -> None:
    for earlier, later in itertools.combinations(row, 2):
        assert order(earlier, later) < 0, (earlier, later)
        assert order(later, earlier) > 0, (later, earlier)


@pytest.mark.parametrize(
    ("order", "left", "right"),
    [
        (dpkg, "0:1.0-0", "1.0"),
        (dpkg, "1.01", "1.1"),
        (apk, "1.2-r0", "1.2-r"),
        (upstream, "1.0", "1.0.0"),
        (upstream, "v2.10", "2.10"),
        (upstream, "7.88.1", "7.88.1+debian"),
    ],
)
def test_equal(order: Comparator, left: str, right: str) -> None:
    assert order(left, right) == 0 == order(right, left)


@pytest.mark.parametrize(
    ("ecosystem", "expected"),
    [
        ("Debian:12", dpkg),
        ("Ubuntu", dpkg),
        ("Alpine:v3.19", apk),
        ("Wolfi", apk),
        ("Rocky Linux:9", rpm),
        ("SUSE:Linux Enterprise Server 15 SP5", rpm),
        ("FreeBSD:ports", freebsd),
        ("", upstream),
        ("PyPI", pypi),
    ],
)
def test_each_ecosystem_has_its_own(ecosystem: str, expected: Comparator) -> None:
    assert comparator(ecosystem) is expected


def test_rpm_agrees() -> None:
    noise = random.Random(1)
    texts = ["".join(noise.choices("0012a~^._+", k=noise.randrange(1, 6))) for _ in range(400)]
    texts += [f"{noise.randrange(3)}:{text}-{noise.randrange(3)}" for text in texts[:100]]
    pairs = [(noise.choice(texts), noise.choice(texts)) for _ in range(2000)]
    calls = " ".join(f'print(rpm.vercmp("{left}", "{right}"), " ")' for left, right in pairs)
    answer = subprocess.run(["rpm", "--eval", f"%{{lua: {calls}}}"], check=True, capture_output=True, text=True)
    said = [int(float(word)) for word in answer.stdout.split()]
    assert said == [rpm(left, right) for left, right in pairs]


def test_latest() -> None:
    assert latest(["2.9", "2.10", "2.8"], upstream) == "2.10"


VERSIONS = st.text(st.sampled_from("0123456789.~+-_:abprcz"), max_size=12) | st.text(max_size=8)


@pytest.mark.parametrize("order", [dpkg, apk, rpm, freebsd, upstream])
def test_any_text_is_compared_and_both_ways_agree(order: Comparator) -> None:
    @given(VERSIONS, VERSIONS)
    def check(left: str, right: str) -> None:
        forth, back = order(left, right), order(right, left)
        assert (forth > 0) - (forth < 0) == (back < 0) - (back > 0)
        assert order(left, left) == 0

    check()


@given(VERSIONS, VERSIONS, VERSIONS)
def test_the_upstream_order_is_transitive(a: str, b: str, c: str) -> None:
    if upstream(a, b) <= 0 and upstream(b, c) <= 0:
        assert upstream(a, c) <= 0
