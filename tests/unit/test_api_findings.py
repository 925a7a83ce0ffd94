"""Findings over the API: one with its occurrences, decisions, the grid in every format, reports, escalations."""

import csv
import io
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.support.api_client import Api
from tests.support.judged import HOLE, judged
from tests.support.scanned_product import FORMULA, GRID, Scanned
from tests.support.scanned_trees import BUSYBOX, LIBRARY, ROOT, finding, small_tree, store

from pellucid.domain.evidence import Evidence
from pellucid.domain.finding import FindingType
from pellucid.domain.ids import is_id, named_id
from pellucid.domain.roles import RoleKey
from pellucid.domain.secret import Secret


def test_a_finding_says_where_it_is_and_why(api: Api) -> None:
    scanned = Scanned(api)
    found = api.http.get(scanned.one()).json()
    assert (found["name"], found["severity"], found["status"], found["class"]) == (
        *(HOLE.name, "high", "new", "vulnerability"),
    )
    assert found["vulnerability_id"] == named_id(HOLE.name)
    assert found["identifiers"] == [{"cve": HOLE.name}, {"ghsa": "GHSA-aaaa-bbbb-cccc"}]
    assert found["cvss"]["cvssV3"]["vector"].startswith("CVSS:3.1/")
    assert (found["cvss"]["cvssV2"]["baseScore"], found["epss"]["probability"], found["ems"]) == (
        *("6.8", "0.04", {"score": "2.5"}),
    )
    assert found["ssvc"]["decision"] == "track"
    assert found["classifications"] == [{"cwe": "CWE-787"}]
    assert [image["id"] for image in found["images"]] == [scanned.image["id"]]
    (seen,) = found["occurrences"]
    assert (seen["component"]["name"], seen["imageId"], seen["scan"]["id"]) == (
        *("busybox", scanned.image["id"], scanned.scan_id),
    )
    assert seen["dependency"]["product"] == "busybox"
    assert seen["dependencyComponentsCount"] == 1
    assert "nvd CVE-2021-0001 says that >= 1.30, < 1.37 is affected" in seen["notes"][0]["content"]
    assert seen["evidence"][0]["annotations"] == [{"seen": "1.0"}]
    assert is_id(seen["id"])


def test_fingerprints_stay_the_same_in_the_next_version(api: Api) -> None:
    scanned = Scanned(api)
    before = api.http.get(scanned.one()).json()["occurrences"][0]
    other = api.image(scanned.product, "2.0")
    store(api.database, scanned.product_id, other["latestScan"]["id"], small_tree(), judged())
    found = api.http.get(scanned.one()).json()
    after = found["occurrences"][0]
    assert after["imageId"] == other["id"]
    assert (after["fingerprint"], len(found["images"])) == (before["fingerprint"], 2)
    assert after["id"] != before["id"]
    first = api.http.get(scanned.one(), params={"occurrences.imageId": scanned.image["id"]}).json()
    assert [item["id"] for item in first["occurrences"]] == [before["id"]]
    assert api.http.get(scanned.one(), params={"occurrences.imageId": "x"}).status_code == 400
    assert api.http.get(f"{scanned.product}/findings/{'0' * 26}").status_code == 404
    assert api.http.get(scanned.one().replace(scanned.product, api.product("other"))).status_code == 404


def test_a_finding_without_a_place_occurs_in_the_image(api: Api) -> None:
    scanned = Scanned(api, judged(place="gone"), finding("two places", BUSYBOX, f"{ROOT}!notes.txt", about=(LIBRARY,)))
    (seen,) = api.http.get(scanned.one()).json()["occurrences"]
    assert (seen["component"]["path"], len(seen["evidence"])) == (ROOT, 1)
    both = api.http.get(scanned.one("two places")).json()["occurrences"]
    assert [(item["component"]["name"], len(item["evidence"])) for item in both] == [("busybox", 1), ("notes.txt", 1)]
    assert len({item["fingerprint"] for item in both}) == 2


@pytest.mark.parametrize(("word", "stored"), [("inProgress", "in progress"), ("rejected", "rejected"), ("NEW", "new")])
def test_a_decision_has_an_author_and_counts_at_once(api: Api, word: str, stored: str) -> None:
    scanned = Scanned(api)
    answer = api.http.post(f"{scanned.one()}/CreateFindingState", json={"status": word})
    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["author"]["email"]) == (stored, "admin@localhost")
    assert api.http.get(scanned.one()).json()["status"] == stored


def test_a_decision_needs_a_known_status_and_the_permission(api: Api) -> None:
    scanned = Scanned(api)
    refused = api.http.post(f"{scanned.one()}/CreateFindingState", json={"status": "done"})
    assert refused.status_code == 400
    assert "in progress" in refused.json()["details"][0]["reason"]
    reader = api.client(api.user("reader@localhost", **{f"products_{scanned.product_id}": RoleKey.READ_ONLY}))
    answer = reader.post(f"{scanned.one()}/CreateFindingState", json={"status": "rejected"})
    assert (answer.status_code, answer.json()["permission"]) == (403, "findings.update")
    assert reader.get(scanned.one()).status_code == 200


def test_a_row_has_the_fields_that_were_asked_for(api: Api) -> None:
    scanned = Scanned(api)
    everything, _ = scanned.rows()
    assert everything["dependency"]["product"] == "busybox"
    assert (everything["componentNames"], everything["scanId"]) == (["busybox"], scanned.scan_id)
    assert everything["exploitabilityCounts"]["publicPoc"] == 1
    assert "compareSide" not in everything
    few, _ = scanned.rows(fields=["name", "findingStatus", "componentId", "findingType"])
    assert few == {
        "id": everything["id"],
        "name": HOLE.name,
        "status": "new",
        "componentId": f"{scanned.scan_id}-3",
        "type": "dependencyVulnerability",
    }
    refused = api.http.post(GRID, json={"fields": ["name", "colour"]})
    assert refused.status_code == 400
    assert refused.json()["details"][0]["field"] == "fields.1"
    assert "componentNames" in refused.json()["details"][0]["reason"]


def test_compared_images_stand_in_the_rows(api: Api) -> None:
    scanned = Scanned(api)
    other = api.image(scanned.product, "2.0")
    store(api.database, scanned.product_id, other["latestScan"]["id"], small_tree(), FORMULA)
    pair = {"compareLeftImageId": scanned.image["id"], "compareRightImageId": other["id"]}
    rows = scanned.rows(filters=[{"field": field, "value": value} for field, value in pair.items()])
    assert [(row["name"], row["compareSide"]) for row in rows] == [(HOLE.name, "left"), ("=1+1", "both")]
    assert {row["compareLeftImageId"] for row in rows} == {scanned.image["id"]}


@pytest.mark.parametrize("asked", [{"params": {"contentType": "csv"}}, {"headers": {"Accept": "text/csv"}}])
def test_the_grid_as_csv(api: Api, asked: dict[str, Any]) -> None:
    Scanned(api)
    query: dict[str, Any] = {"fields": ["name", "severity", "dependency", "isKev", "exploitabilityPredicates"]}
    answer = api.http.post(GRID, json=query, **asked)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [
        ["name", "severity", "dependency", "isKev", "exploitabilityPredicates"],
        [HOLE.name, "high", "busybox 1.36.1", "false", "publicPoc"],
        ["'=1+1", "low", "", "false", ""],
    ]
    page = api.http.post(GRID, json=query | {"page": {"num": 2, "size": 1}}, params={"contentType": "csv"})
    assert len(page.text.splitlines()) == 2


def test_the_grid_as_markdown_and_what_it_cannot_be(api: Api) -> None:
    Scanned(api)
    text = api.http.post(GRID, json={"fields": ["name", "images"]}, params={"contentType": "md"}).text
    assert text.splitlines()[0] == "| name | images |"
    refused = api.http.post(GRID, params={"contentType": "pdf"})
    assert (refused.status_code, refused.json()["details"][0]["field"]) == (400, "contentType")
    wrong = api.http.post(GRID, json={"filters": [{"field": "x", "value": 1}]}, params={"contentType": "csv"})
    assert wrong.status_code == 400


def test_a_report_has_all_findings_or_a_page(api: Api) -> None:
    scanned = Scanned(api, judged(), *(finding(f"weak {number}", BUSYBOX) for number in range(12)))
    report = api.http.post(f"{scanned.path}/findingsReport:json").json()
    assert (report["id"], report["authorEmail"], len(report["findings"])) == (
        *(scanned.image["id"], "admin@localhost", 13),
    )
    assert report["findingsBySeverity"] == {
        "critical": 0,
        "high": 13,
        "medium": 0,
        "low": 0,
        "unspecified": 0,
        "total": 13,
    }
    first = next(item for item in report["findings"] if item["name"] == HOLE.name)
    assert first["finding"]["cvss"]["cvssV3"]["baseScore"] == "8.1"
    query = {"filters": [{"field": "name", "comparator": "contains", "value": "weak"}], "page": {"num": 2, "size": 10}}
    page = api.http.post(f"{scanned.path}/findingsReport:json", json=query).json()
    assert (len(page["findings"]), page["findingsBySeverity"]["total"]) == (2, 12)
    assert api.http.post(f"{scanned.path}/findingsReport:json", json={"page": {"size": 5}}).status_code == 400


def test_reports_to_save(api: Api) -> None:
    scanned = Scanned(api)
    path = f"{scanned.path}/findingsReport:download"
    for word, kind in (("csv", "text/csv"), ("md", "text/markdown"), ("xml", "application/xml")):
        answer = api.http.post(path, params={"mode": "summary", "contentType": word})
        assert answer.headers["content-type"].startswith(kind)
        assert f"router-1.0.2-findings.{word}" in answer.headers["content-disposition"]
        assert HOLE.name in answer.text
    root = ET.fromstring(api.http.post(path, params={"mode": "full", "contentType": "xml"}).text)
    assert [item.findtext("name") for item in root] == [HOLE.name, "=1+1"]
    short = api.http.post(path, params={"mode": "summary", "contentType": "json"}).json()
    assert short["findings"][0]["finding"] == {}
    assert api.http.post(path, params={"mode": "full", "contentType": "pdf"}).status_code == 400
    assert api.http.post(path, params={"contentType": "json"}).status_code == 400


def test_a_report_before_the_scan_has_ended_is_not_ready(api: Api) -> None:
    product = api.product()
    path = f"{product}/images/{api.image(product)['id']}"
    assert api.http.post(f"{path}/findingsReport:json").status_code == 422
    assert api.http.post(f"{product}/images/{'0' * 26}/findingsReport:json").status_code == 404


def test_a_secret_is_shown_redacted_and_found_by_its_kind(api: Api) -> None:
    told = Secret(
        rule="github-personal-token",
        kind="privateToken",
        redacted="ghp_***a1B2",
        fingerprint="0123456789abcdef",
        evidence=Evidence(offset=7, seen="ghp_***a1B2", artefact=BUSYBOX),
        entropy=4.5,
        description="Personal access token of GitHub",
    )
    leaked = replace(finding("a token", BUSYBOX), type=FindingType.SECRET, subtype=told.kind, secret=told)
    scanned = Scanned(api, leaked, finding("something else", BUSYBOX))
    wanted = {
        "rule": told.rule,
        "secret": "ghp_***a1B2",
        "entropy": 4.5,
        "description": told.description,
        "kind": "privateToken",
        "validity": "Undetermined",
    }
    by_kind = {"field": "secret.kind", "comparator": "equals", "value": "privateToken"}
    (row,) = scanned.rows(filters=[by_kind], fields=["name", "secret"])
    assert (row["name"], row["secret"]) == ("a token", wanted)
    (seen,) = api.http.get(scanned.one("a token")).json()["occurrences"]
    assert seen["component"]["name"] == "busybox"
    asked = {"fields": ["name", "secret"], "filters": [by_kind]}
    table = api.http.post(GRID, json=asked, params={"contentType": "csv"})
    assert "privateToken ghp_***a1B2" in table.text
