"""Escalations and charts of findings over the API."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from tests.support.api_client import Api
from tests.support.judged import HOLE, KEV, judged
from tests.support.scanned_product import FORMULA, Scanned
from tests.support.scanned_trees import LIBRARY

from pellucid.domain.ids import named_id


@pytest.fixture
def escalated(api: Api) -> Scanned:
    """Two vulnerabilities that became worse: one is exploited, of the other a fix is known."""
    other = judged(replace(HOLE, name="CVE-2021-0002", maturity=9.0, score=5.0), about=(LIBRARY,))
    scanned = Scanned(api, judged(), other)
    scanned.again(judged(replace(HOLE, kev=KEV)), replace(other, known_fixed_version="3.1"))
    return scanned


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["CVE-2021-0002", HOLE.name]),
        ({"isKev": "true"}, [HOLE.name]),
        ({"hasKnownFix": "true"}, ["CVE-2021-0002"]),
        ({"cvssFrom": 6}, [HOLE.name]),
        ({"cvssFrom": 4, "cvssTo": 6}, ["CVE-2021-0002"]),
        ({"epssProbabilityFrom": 0.5}, []),
        ({"epssProbabilityTo": 0.5}, ["CVE-2021-0002", HOLE.name]),
        ({"emsFrom": 5, "emsTo": 10}, ["CVE-2021-0002"]),
        ({"exploitabilityPredicates": "kev,ransomware"}, [HOLE.name]),
        ({"exploitabilityPredicates": "publicPoc"}, ["CVE-2021-0002", HOLE.name]),
        ({"dependencyName": "SSL"}, ["CVE-2021-0002"]),
        ({"vulnId": HOLE.name}, [HOLE.name]),
        ({"createTimeFrom": "2026-01-01"}, ["CVE-2021-0002", HOLE.name]),
        ({"createTimeTo": "2026-01-01T00:00:00Z"}, []),
        ({"skip": 1, "size": 1}, [HOLE.name]),
        ({"size": 0}, []),
        ({"imageId": "0" * 26}, []),
        ({"sortBy": "createTime"}, ["CVE-2021-0002", HOLE.name]),
    ],
)
def test_escalations_are_chosen_by_what_is_known_of_them(
    escalated: Scanned, query: dict[str, Any], expected: list[str]
) -> None:
    answer = escalated.api.http.get(f"{escalated.product}/findings/-/escalations", params=query)
    assert [item["vulnId"] for item in answer.json()["escalations"]] == expected


def test_an_escalation_shows_before_and_after(escalated: Scanned) -> None:
    query = {"isKev": "true", "withFinding": "true", "withVulnerabilityDiff": "true", "imageId": escalated.image["id"]}
    (found,) = escalated.api.http.get(f"{escalated.product}/findings/-/escalations", params=query).json()["escalations"]
    diff = found["vulnerabilityDiff"]
    assert (diff["vulnerabilityPrevious"]["isKev"], diff["vulnerabilityCurrent"]["isKev"]) == (False, True)
    assert (found["finding"]["id"], found["vulnerabilityId"]) == (found["findingId"], named_id(HOLE.name))
    bare = escalated.api.http.get(f"{escalated.product}/findings/-/escalations").json()["escalations"][0]
    assert not {"finding", "vulnerabilityDiff"} & bare.keys()


def test_escalations_as_csv_say_what_became_worse(escalated: Scanned) -> None:
    path = f"{escalated.product}/findings/-/escalations"
    text = escalated.api.http.get(path, params={"contentType": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["kind"], row["before"], row["after"]) for row in rows] == [
        ("fixKnown", "", "3.1"),
        ("knownExploited", "false", "true"),
    ]


@pytest.mark.parametrize(
    "query",
    [{"cvssFrom": 11}, {"size": 1001}, {"createTimeFrom": "soon"}, {"exploitabilityPredicates": "x"}, {"sortBy": "x"}],
)
def test_escalations_refuse_what_is_not_possible(shared_api: Api, query: dict[str, Any]) -> None:
    product = shared_api.product(str(query))
    answer = shared_api.http.get(f"{product}/findings/-/escalations", params=query)
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, next(iter(query)))


def test_a_decision_makes_escalations_old(escalated: Scanned) -> None:
    def new() -> int:
        image = escalated.api.http.get(escalated.path, params={"withCounts": "true"}).json()
        counts: dict[str, int] = image["counts"]
        return counts["newEscalationsCount"]

    assert new() == 2
    escalated.api.http.post(f"{escalated.one()}/CreateFindingState", json={"status": "in progress"})
    assert new() == 1


def test_charts(api: Api) -> None:
    scanned = Scanned(api, judged(), judged(replace(HOLE, name="CVE-2", maturity=7.5)), FORMULA)
    charts = "/api/v4/charts/{}:chartList"

    def rows(chart: str, **query: Any) -> Any:
        answer = api.http.post(charts.format(chart), json=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["rows"]

    assert rows("findings") == [{"value": 3}]
    assert rows("findings", fields=["severity"]) == [{"severity": "high", "value": 2}, {"severity": "low", "value": 1}]
    assert rows("findings", fields=["age"]) == [{"age": "0-7", "value": 3}]
    assert rows("findings", fields=["cryptoAlgorithmName"]) == [{"value": 3}]
    sets = [[{"field": "severity", "value": "low"}], [{"field": "name", "value": "CVE-2"}]]
    assert rows("findings", filterSets=[{"filters": one} for one in sets]) == [{"value": 2}]
    assert rows("findings", filterSets=[{"filters": sets[0] + sets[1]}]) == [{"value": 0}]
    both = ["vulnerabilitiesCount", "medianEmsScore"]
    assert rows("provenances", fields=["product", *both]) == [
        {"product": "busybox", "vulnerabilitiesCount": 2, "medianEmsScore": 5.0, "value": 2}
    ]
    assert rows("provenances") == [{"value": 2}]
    assert rows("findingsTrend") == [{"value": 3}]
    days = rows("findingsTrend", fields=["date"])
    assert (len(days), days[0]["value"], days[-1]["value"]) == (30, 0, 3)
    api.http.post(f"{scanned.one()}/CreateFindingState", json={"status": "remediated"})
    assert rows("findingsTrend", fields=["date", "severity"]) == [
        {"date": days[-1]["date"], "severity": "high", "value": 1},
        {"date": days[-1]["date"], "severity": "low", "value": 1},
    ]
    wanted = {"field": "date", "comparator": "between", "value": ["2026-01-01", "2026-01-03"]}
    assert [row["date"] for row in rows("findingsTrend", fields=["date"], filters=[wanted])] == [
        *("2026-01-01", "2026-01-02", "2026-01-03"),
    ]


@pytest.mark.parametrize(
    "item",
    [
        {"field": "date", "value": "2026-01-01"},
        {"field": "date", "comparator": "between", "value": ["x", "y"]},
        {"field": "date", "comparator": "between", "value": ["2026-01-02", "2026-01-01"]},
        {"field": "date", "comparator": "between", "value": ["1900-01-01", "2026-01-01"]},
    ],
)
def test_a_trend_needs_days(shared_api: Api, item: dict[str, Any]) -> None:
    query = {"fields": ["date"], "filters": [item]}
    answer = shared_api.http.post("/api/v4/charts/findingsTrend:chartList", json=query)
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, "filters.0.value")
