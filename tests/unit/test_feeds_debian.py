"""Debian's security tracker and notices: each state of a release, and what of it is kept."""

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.feed_distro import entry, release, written

from pellucid.advisories.feeds import debian, debian_notices
from pellucid.advisories.feeds.debian_releases import ecosystem
from pellucid.domain.statement import Affected, FixPlan, Standing
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import Reference
from pellucid.errors import Malformed

OPEN = (VersionRange(),)


def affected(row: dict[str, Any], **others: dict[str, Any]) -> Affected:
    """What is made of the row of one release."""
    raw = json.dumps({"zlib": {"CVE-2031-1000": entry(bookworm=row, **others)}}).encode()
    record = debian.normalise("debian", raw)
    assert record
    return record.affected[0]


def test_a_record_is_one_vulnerability_of_one_package(tmp_path: Path) -> None:
    rows = entry(bookworm=release("resolved", "1:1.2.13-1"), sid=release("open"))
    tracker = {"zlib": {"CVE-2031-1000": rows, "TEMP-0000000-0CA7E3": rows}, "linux": {"CVE-2031-1000": rows}}

    found = list(debian.read(written(tmp_path, "tracker.json.gz", tracker)))

    assert [item.id for item in found] == ["zlib/CVE-2031-1000", "zlib/TEMP-0000000-0CA7E3", "linux/CVE-2031-1000"]
    assert [item.record.id for item in found if item.record] == [
        "CVE-2031-1000",
        "TEMP-0000000-0CA7E3",
        "CVE-2031-1000",
    ]
    assert json.loads(found[0].raw) == {"zlib": {"CVE-2031-1000": rows}}
    assert [item.fault for item in found] == ["", "", ""]
    assert all(debian.normalise("debian", item.raw) == item.record for item in found)
    record = found[0].record
    assert record
    assert record.description == "A mistake."
    assert [item.subject for item in record.affected] == [("Debian:12", "zlib"), ("Debian:sid", "zlib")]
    assert Reference(url="https://bugs.debian.org/900001", kind="REPORT") in record.references


def test_resolved_at_zero_never_had_it() -> None:
    found = affected(release("resolved", "0"))
    assert (found.standing, found.any_version, found.ranges) == (Standing.NOT_AFFECTED, True, ())


def test_resolved_is_a_range() -> None:
    found = affected(release("resolved", "1:1.2.13.dfsg-1+deb12u1", "medium**"))
    assert found.ranges == (VersionRange(fixed="1:1.2.13.dfsg-1+deb12u1"),)
    assert (found.standing, found.plan, found.urgency) == (Standing.AFFECTED, FixPlan.NONE, "medium")


@pytest.mark.parametrize(
    ("more", "plan"),
    [
        ({}, FixPlan.NONE),
        ({"nodsa": "Minor issue", "nodsa_reason": ""}, FixPlan.DEFERRED),
        ({"nodsa": "Minor issue"}, FixPlan.DEFERRED),
        ({"nodsa": "Minor issue", "nodsa_reason": "postponed"}, FixPlan.DEFERRED),
        ({"nodsa": "Too intrusive", "nodsa_reason": "ignored"}, FixPlan.WILL_NOT_FIX),
        ({"urgency": "end-of-life"}, FixPlan.END_OF_LIFE),
        ({"urgency": "end-of-life", "nodsa": "", "nodsa_reason": "ignored"}, FixPlan.END_OF_LIFE),
    ],
)
def test_open_says_what_is_planned(more: dict[str, Any], plan: FixPlan) -> None:
    found = affected(release("open", **more))
    assert (found.ranges, found.standing, found.plan) == (OPEN, Standing.AFFECTED, plan)
    assert found.note == (f"Debian: {more['nodsa']}." if more.get("nodsa") else "")


def test_undetermined() -> None:
    found = affected(release("undetermined", urgency="unimportant"))
    assert (found.ranges, found.standing, found.urgency) == (OPEN, Standing.UNDETERMINED, "unimportant")


def test_open_with_the_fix_inside_says_so() -> None:
    row = release("open", newest="1.3-1")
    assert "has 1.3-1" in affected(row, sid=release("resolved", "1.3~rc1-1")).note
    assert affected(row, sid=release("resolved", "1.3-2")).note == ""
    assert affected(row, sid=release("resolved", "0")).note == ""
    # A fix for another release has numbers of its own.
    assert affected(row, sid=release("open"), bullseye=release("resolved", "1.1-1+deb11u1")).note == ""


def test_what_makes_no_sense_is_left_out() -> None:
    raw = {"zlib": {"CVE-2031-1000": entry(bookworm=release("resolved"), sid=release("cloudy"))}}
    assert debian.normalise("debian", json.dumps(raw).encode()) is None


@pytest.mark.parametrize("name", ["CVE-2012-XXXX", "", "DSA-1-1"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    found = list(debian.read(written(tmp_path, "x.json", {"zlib": {name: entry(sid=release("open"))}, "a": []})))
    assert [item.record for item in found] == [None, None]
    assert all(item.fault for item in found)


@pytest.mark.parametrize(
    "content", ["", "[]", "7", '{"zlib": {"CVE-2031-1"', '{"a": {}} x', b"\x1f\x8b\x08\0rubbish", "\xff"]
)
def test_broken_files(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "tracker.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("latin-1"))
    with pytest.raises(Malformed, match=r"tracker\.json"):
        list(debian.read(path))


def test_memory_is_flat(tmp_path: Path) -> None:
    rows = {**entry(bookworm=release("open"), sid=release("open")), "description": "A mistake. " * 100}
    tracker = {f"package{number}": {f"CVE-2031-{1000 + n}": rows for n in range(20)} for number in range(1000)}
    path = written(tmp_path, "tracker.json", tracker)
    del tracker
    tracemalloc.start()
    count = sum(1 for _ in debian.read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 12 << 20 < path.stat().st_size // 2


def test_releases() -> None:
    assert [ecosystem(name) for name in ("bullseye", "trixie", "forky", "duke")] == [
        *("Debian:11", "Debian:13", "Debian:14", "Debian:15")
    ]
    assert (ecosystem("sid"), ecosystem("unstable"), ecosystem("zurg")) == ("Debian:sid", "Debian:sid", "Debian:zurg")


LIST = """\
[29 Mar 2023] DSA-5380-1 xorg-server - security update
\t{CVE-2023-1393 CVE-2023-1394}
\t[bullseye] - xorg-server 2:1.20.11-1+deb11u6
\tNOTE: nothing of interest
[17 Mar 2023] DSA-5356-2 sox - regression update
        [bullseye] - sox 14.4.2+git20190427-2+deb11u2
[01 Feb 2006] DSA-1-1  thing
\t{CVE-2006-0001}
\t[sarge] - thing <not-affected> (Vulnerable code not present)
\t[woody] - thing <end-of-life>
\t[etch] - thing <unfixed>
[not a notice
"""


def test_notices(tmp_path: Path) -> None:
    path = written(tmp_path, "DSA-list", LIST)
    found = list(debian_notices.read(path))

    assert [item.id for item in found] == ["DSA-5380-1", "DSA-5356-2", "DSA-1-1", "[not a notice"]
    assert all(debian_notices.normalise("debian-dsa", item.raw) == item.record for item in found)
    first, regression, old = (item.record for item in found[:3] if item.record)
    assert (first.upstream, first.covers) == (("CVE-2023-1393", "CVE-2023-1394"), True)
    assert (first.title, first.published) == ("xorg-server - security update", datetime(2023, 3, 29, tzinfo=UTC))
    assert first.affected == (
        Affected(subject=("Debian:11", "xorg-server"), ranges=(VersionRange(fixed="2:1.20.11-1+deb11u6"),)),
    )
    assert (regression.upstream, len(regression.affected)) == ((), 1)
    assert [(item.subject[0], item.standing, item.plan, item.any_version) for item in old.affected] == [
        ("Debian:3.1", Standing.NOT_AFFECTED, FixPlan.NONE, True),
        ("Debian:3.0", Standing.AFFECTED, FixPlan.END_OF_LIFE, False),
        ("Debian:4", Standing.AFFECTED, FixPlan.NONE, False),
    ]
    assert (found[3].record, found[3].fault) == (None, "a line that begins no notice")


def test_files_are_recognised() -> None:
    tracker = b'{"389-ds-base": {"CVE-2012-0833": {"description": "x"'
    assert debian.FEED.recognise(Path("x"), tracker) == "debian"
    assert debian.FEED.recognise(Path("x"), b'{"exploit_a/b": {"name": "x"') == ""
    assert debian_notices.FEED.recognise(Path("x"), LIST.encode()) == "debian-dsa"
    assert debian_notices.FEED.recognise(Path("x"), LIST.replace("DSA", "DLA").encode()) == "debian-dla"
    assert debian_notices.FEED.recognise(Path("x"), tracker) == ""
