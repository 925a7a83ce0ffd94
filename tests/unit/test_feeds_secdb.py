"""Security databases of Alpine and those in its image: fixes, what never was, and strings that name several."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.feed_distro import secdb as database
from tests.support.feed_distro import written

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.feeds import alpine_secdb, secdb, wolfi_secdb
from pellucid.domain.statement import Affected, Standing
from pellucid.domain.version_range import VersionRange
from pellucid.errors import Malformed


def records(folder: Path, fixes: dict[str, Any], **heading: str) -> dict[str, RawRecord]:
    """The records of one package, by id."""
    found = list(alpine_secdb.read(written(folder, "main.json", database({"zlib": fixes}, **heading))))
    assert all(alpine_secdb.normalise("alpine", item.raw) == item.record for item in found)
    return {item.id: item for item in found}


def test_fixes(tmp_path: Path) -> None:
    found = records(tmp_path, {"1.2.11-r4": ["CVE-2031-1000", "CVE-2031-1001"], "0": ["CVE-2031-1002"]})

    assert list(found) == [f"v3.19/main/zlib/CVE-2031-{number}" for number in (1000, 1001, 1002)]
    fixed, never = found["v3.19/main/zlib/CVE-2031-1000"].record, found["v3.19/main/zlib/CVE-2031-1002"].record
    assert fixed
    assert fixed.id == "CVE-2031-1000"
    assert fixed.affected == (Affected(subject=("Alpine:v3.19", "zlib"), ranges=(VersionRange(fixed="1.2.11-r4"),)),)
    assert never
    assert (never.affected[0].standing, never.affected[0].any_version) == (Standing.NOT_AFFECTED, True)


def test_fixed_more_than_once_is_fixed_by_the_last(tmp_path: Path) -> None:
    found = records(tmp_path, {"1.10-r0": ["CVE-2031-1000"], "1.9-r3": ["CVE-2031-1000"], "0": ["CVE-2031-1000"]})
    (item,) = found.values()
    assert item.record
    assert item.record.affected[0].ranges == (VersionRange(fixed="1.10-r0"),)
    assert set(json.loads(item.raw)["packages"][0]["pkg"]["secfixes"]) == {"1.10-r0", "1.9-r3", "0"}


@pytest.mark.parametrize(
    ("stated", "ids", "aliases"),
    [
        ("CVE-2020-11501 GNUTLS-SA-2020-03-31", ["CVE-2020-11501"], ()),
        ("CVE-2020-11501 GNUTLS-SA-2020-03-31 CVE-2020-11501", ["CVE-2020-11501"], ()),
        ("CVE-2020-11740 CVE-2020-11741 XSA-313", ["CVE-2020-11740", "CVE-2020-11741"], ()),
        ("CVE-2022-41925 TS-2022-005", ["CVE-2022-41925"], ("TS-2022-005",)),
        ("CVE-2021-1 GHSA-q4h9-46xg-m3x9", ["GHSA-q4h9-46xg-m3x9"], ()),
        ("GHSA-q4h9-46xg-m3x9", ["GHSA-q4h9-46xg-m3x9"], ()),
        ("CVE-2019-5068 TALOS-2019-0857", ["CVE-2019-5068"], ("TALOS-2019-0857",)),
        ("CVE-2019-20637 VSV00004", ["CVE-2019-20637"], ("VSV00004",)),
        ("ZDI-CAN-3766", ["ZDI-CAN-3766"], ()),
        ("ALPINE-13661", ["ALPINE-13661"], ()),
        ("XSA-312", ["XSA-312"], ()),
        ("CVE-????-????? XSA-312", ["XSA-312"], ()),
        ("CVE_2019-2426", ["CVE-2019-2426"], ()),
        ("CVE-2017-17434-1", ["CVE-2017-17434"], ()),
        ("CVE-2021-35940.patch", ["CVE-2021-35940"], ()),
        ("CVE-2018-10103 (SMB - partially fixed, but SMB printing disabled)", ["CVE-2018-10103"], ()),
        ("wnpa-sec-2017-18", ["wnpa-sec-2017-18"], ()),
    ],
)
def test_strings_that_name_several(tmp_path: Path, stated: str, ids: list[str], aliases: tuple[str, ...]) -> None:
    found = [item.record for item in records(tmp_path, {"1-r0": [stated]}).values()]
    assert [record.id for record in found if record] == ids
    assert [record.aliases for record in found if record] == [aliases] * len(ids)


@pytest.mark.parametrize("stated", ["CVE-46838", "CVE-????-?????", "fixed in libpcap"])
def test_strings_that_name_none(tmp_path: Path, stated: str) -> None:
    (item,) = records(tmp_path, {"1-r0": [stated]}).values()
    assert (item.record, item.fault) == (None, "names no vulnerability")


def test_packages_without_fixes(tmp_path: Path) -> None:
    content = database({"a": None, "b": {}, "c": {"1-r0": None}, "d": [], "e": {"1-r0": [7, {}]}})
    assert list(secdb.read(written(tmp_path, "x.json", content))) == []


@pytest.mark.parametrize(
    ("heading", "subject", "source"),
    [
        ({"branch": "edge", "repository": "community"}, "Alpine:edge", "alpine"),
        ({"branch": "v3.2"}, "Alpine:v3.2", "alpine"),
        ({"branch": "", "repository": "os"}, "Wolfi", "wolfi"),
        ({"branch": "", "repository": "chainguard"}, "Chainguard", "chainguard"),
    ],
)
def test_distributions(tmp_path: Path, heading: dict[str, str], subject: str, source: str) -> None:
    content = database({"zlib": {"1-r0": ["CVE-2031-1000"]}}, **heading)
    for document in (content, dict(sorted(content.items()))):  # others write it with the names in their order
        path = written(tmp_path, "x.json.gz", document)
        (item,) = secdb.read(path)
        assert item.record
        assert item.record.affected[0].subject == (subject, "zlib")
        assert secdb.normalise(source, item.raw) == item.record
        recognised = [feed.FEED.recognise(path, path.read_bytes()) for feed in (alpine_secdb, wolfi_secdb)]
        assert sorted(recognised) == ["", source]


@pytest.mark.parametrize(
    "heading", [{"branch": "", "repository": "main"}, {"branch": "../3.19"}, {"branch": "", "repository": ""}]
)
def test_a_database_of_nobody_knows_what(tmp_path: Path, heading: dict[str, str]) -> None:
    path = written(tmp_path, "x.json", database({}, **heading))
    assert alpine_secdb.FEED.recognise(path, path.read_bytes()) == ""
    with pytest.raises(Malformed, match="names neither"):
        list(secdb.read(path))


REJECTIONS = """\
# not affected
dnsmasq:
  - CVE-2021-45951 # only in a test
  - "CVE-2021-45952"

busybox:
- CVE-2022-1
- CVE-2022-28391
"""


def test_rejections(tmp_path: Path) -> None:
    path = written(tmp_path, "main.yaml", REJECTIONS)
    found = list(alpine_secdb.read(path))

    assert alpine_secdb.FEED.recognise(path, path.read_bytes()) == "alpine-rejections"
    assert [item.id for item in found] == [
        *("dnsmasq/CVE-2021-45951", "dnsmasq/CVE-2021-45952", "busybox/CVE-2022-1", "busybox/CVE-2022-28391")
    ]
    assert [bool(item.record) for item in found] == [True, True, False, True]
    assert all(alpine_secdb.normalise("alpine-rejections", item.raw) == item.record for item in found)
    record = found[0].record
    assert record
    assert ("Alpine:v3.19", "dnsmasq") in [item.subject for item in record.affected]
    assert ("Alpine:edge", "dnsmasq") in [item.subject for item in record.affected]
    assert {item.standing for item in record.affected} == {Standing.NOT_AFFECTED}


def test_files_of_the_feed() -> None:
    names = {file.name for file in alpine_secdb.FEED.files if file.source == "alpine"}
    assert {"alpine-secdb/v3.2/main.json", "alpine-secdb/edge/community.json"} <= names
    assert "alpine-secdb/v3.2/community.json" not in names
