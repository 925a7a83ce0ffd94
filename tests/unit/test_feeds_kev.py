"""Catalogues of known exploited vulnerabilities, of CISA and of the EU."""

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pellucid.advisories.feeds import eukev, kev
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import KnownExploited
from pellucid.errors import Malformed


def _row(name: str = "CVE-2031-1000", **fields: Any) -> dict[str, Any]:
    return {
        "cveID": name,
        "vendorProject": "Acme",
        "product": "Router",
        "vulnerabilityName": "Acme Router Command Injection Vulnerability",
        "dateAdded": "2031-08-21",
        "shortDescription": "Acme Router has a command injection vulnerability.",
        "requiredAction": "Apply mitigations.",
        "dueDate": "2031-09-11",
        "knownRansomwareCampaignUse": "Known",
        "notes": "https://acme.example/1",
        "cwes": ["CWE-78"],
        **fields,
    }


def _eu_row(name: str = "CVE-2031-1000", **fields: Any) -> dict[str, Any]:
    return {
        "cveID": name,
        "euvdID": "EUVD-2031-2000",
        "vendorProject": "Acme",
        "product": "Router",
        "dateReported": "2031/09/22",
        "patchedSince": "tbc",
        "originSource": "CERT.PL",
        "shortDescription": "-",
        "exploitationType": ["APT", "ransomware"],
        **fields,
    }


def _file(folder: Path, document: Any, *, packed: bool = False) -> Path:
    content = json.dumps(document, indent=4).encode()
    path = folder / "catalogue.json"
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def _catalogue(*rows: Any) -> dict[str, Any]:
    head = {"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2031.08.21"}
    return {**head, "dateReleased": "2031-08-21T17:46:43.6019Z", "count": len(rows), "vulnerabilities": list(rows)}


@pytest.mark.parametrize("packed", [False, True])
def test_the_catalogue_of_cisa(tmp_path: Path, packed: bool) -> None:
    path = _file(tmp_path, _catalogue(_row(), _row("CVE-2031-1001")), packed=packed)

    first, second = kev.read(path)

    assert first.record == AdvisoryRecord(
        id="CVE-2031-1000",
        kev=KnownExploited(
            added=date(2031, 8, 21),
            due=date(2031, 9, 11),
            ransomware=True,
            name="Acme Router Command Injection Vulnerability",
            action="Apply mitigations.",
        ),
    )
    assert json.loads(first.raw) == _row()
    assert second.id == "CVE-2031-1001"
    assert kev.FEED.normalise("kev", first.raw) == first.record
    assert kev.FEED.recognise(path, path.read_bytes()) == "kev"
    assert eukev.FEED.recognise(path, path.read_bytes()) == ""


@pytest.mark.parametrize(
    ("said", "known"), [("Known", True), ("Unknown", None), ("", None), (None, None), (False, None)]
)
def test_that_ransomware_is_not_known_to_use_it_is_not_a_no(tmp_path: Path, said: Any, known: bool | None) -> None:
    (found,) = kev.read(_file(tmp_path, _catalogue(_row(knownRansomwareCampaignUse=said))))

    assert found.record
    assert found.record.kev
    assert found.record.kev.ransomware is known


@pytest.mark.parametrize(
    ("fields", "ransomware"),
    [
        ({}, True),
        ({"exploitationType": "ransomware"}, True),
        ({"exploitationType": ["unknown"]}, None),
        ({"exploitationType": "-"}, None),
    ],
)
def test_the_catalogue_of_the_eu(tmp_path: Path, fields: dict[str, Any], ransomware: bool | None) -> None:
    path = _file(tmp_path, [_eu_row(vulnerabilityName="-", **fields)])

    (found,) = eukev.FEED.read(path)

    assert found.record == AdvisoryRecord(
        id="CVE-2031-1000", kev=KnownExploited(added=date(2031, 9, 22), ransomware=ransomware, source="eukev")
    )
    assert eukev.FEED.normalise("eukev", found.raw) == found.record
    assert eukev.FEED.recognise(path, path.read_bytes()) == "eukev"
    assert kev.FEED.recognise(path, path.read_bytes()) == ""


def test_the_day_of_the_eu_s_catalogue_goes_before_that_of_the_report(tmp_path: Path) -> None:
    (found,) = eukev.read(_file(tmp_path, [_eu_row(dateAdded="2031/09/25", vulnerabilityName="RouterTrick")]))

    assert found.record
    assert found.record.kev
    assert (found.record.kev.added, found.record.kev.name) == (date(2031, 9, 25), "RouterTrick")


def test_a_row_that_is_none_does_not_keep_the_others_back(tmp_path: Path) -> None:
    rows = [_row("VU#1"), {}, 7, None, _row(dateAdded="soon", dueDate=7)]

    *bad, good = kev.read(_file(tmp_path, _catalogue(*rows)))

    assert all(item.record is None and item.fault for item in bad)
    assert len({item.id for item in bad}) == len(bad)
    assert good.record
    assert good.record.kev
    assert (good.record.kev.added, good.record.kev.due) == (None, None)


@pytest.mark.parametrize(
    "document", [{}, [], [{}], {"vulnerabilities": []}, "catalogVersion", {"a": {"catalogVersion": 1}}]
)
def test_what_is_no_catalogue_is_malformed(tmp_path: Path, document: Any) -> None:
    path = _file(tmp_path, document)

    for feed in (kev.FEED, eukev.FEED):
        with pytest.raises(Malformed, match=path.name):
            list(feed.read(path))


def test_a_file_that_was_cut_is_malformed(tmp_path: Path) -> None:
    path = _file(tmp_path, _catalogue(*(_row(f"CVE-2031-{1000 + n}") for n in range(9))))
    path.write_bytes(path.read_bytes()[:-60])

    with pytest.raises(Malformed, match=path.name):
        list(kev.read(path))
