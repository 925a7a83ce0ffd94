"""One successful call of every served operation on findings."""

from collections.abc import Callable
from dataclasses import replace

import httpx2
from tests.support.api_client import Api
from tests.support.judged import HOLE, KEV, judged
from tests.support.scanned_trees import small_tree, store

from pellucid.storage.repositories.findings import FindingRepository


def _finding(api: Api) -> tuple[str, str]:
    """The path of an image, and that of a finding which has become worse since its scan."""
    product = api.product()
    image = api.image(product)
    path = f"{product}/images/{image['id']}"
    product_id, scan_id = image["parent"].rpartition("/")[2], image["latestScan"]["id"]
    store(api.database, product_id, scan_id, small_tree(), judged())
    with api.database.begin() as tx:
        exploited = judged(replace(HOLE, kev=KEV), known_fixed_version="1.37")
        news = FindingRepository(tx).store(product_id, scan_id, [exploited])
    return path, f"{path.partition('/images/')[0]}/findings/{news.escalations[0].finding_id}"


def get_finding(api: Api) -> httpx2.Response:
    answer = api.http.get(_finding(api)[1])
    assert [item["component"]["name"] for item in answer.json()["occurrences"]] == ["busybox"]
    return answer


def create_finding_state(api: Api) -> httpx2.Response:
    return api.http.post(f"{_finding(api)[1]}/CreateFindingState", json={"status": "inProgress"})


def list_escalations(api: Api) -> httpx2.Response:
    path = f"{_finding(api)[0].partition('/images/')[0]}/findings/-/escalations"
    answer = api.http.get(path, params={"withFinding": "true", "withVulnerabilityDiff": "true"})
    assert [item["vulnId"] for item in answer.json()["escalations"]] == [HOLE.name] * 2
    return answer


def grid_findings(api: Api) -> httpx2.Response:
    _finding(api)
    answer = api.http.post("/api/v4/grids/findings:gridList")
    assert [row["name"] for row in answer.json()["rows"]] == [HOLE.name]
    return answer


def chart_findings(api: Api) -> httpx2.Response:
    _finding(api)
    fields = ["productName", "severity", "type", "date", "age", "secret.kind", "exploitabilityPredicates"]
    answer = api.http.post("/api/v4/charts/findings:chartList", json={"fields": fields})
    assert answer.json()["rows"][0]["exploitabilityPredicates"] == ["kev", "publicPoc"]
    return answer


def chart_findings_trend(api: Api) -> httpx2.Response:
    _finding(api)
    answer = api.http.post("/api/v4/charts/findingsTrend:chartList", json={"fields": ["date", "severity"]})
    assert [row["severity"] for row in answer.json()["rows"]] == ["high"]
    return answer


def chart_provenances(api: Api) -> httpx2.Response:
    _finding(api)
    fields = ["vendor", "product", "vulnerabilitiesCount", "medianEmsScore"]
    answer = api.http.post("/api/v4/charts/provenances:chartList", json={"fields": fields})
    assert [row["medianEmsScore"] for row in answer.json()["rows"]] == [2.5]
    return answer


def findings_report(api: Api) -> httpx2.Response:
    answer = api.http.post(f"{_finding(api)[0]}/findingsReport:json", json={"filters": []})
    assert answer.json()["findingsBySeverity"]["total"] == 1
    return answer


def download_report(api: Api) -> httpx2.Response:
    asked = {"mode": "full", "contentType": "json"}
    return api.http.post(f"{_finding(api)[0]}/findingsReport:download", params=asked)


OF_FINDINGS: dict[str, Callable[[Api], httpx2.Response]] = {
    "GetFinding": get_finding,
    "CreateFindingState": create_finding_state,
    "ListProductFindingEscalations": list_escalations,
    "GridListFindings": grid_findings,
    "ChartListFindings": chart_findings,
    "ChartListFindingsTrend": chart_findings_trend,
    "ChartListProvenances": chart_provenances,
    "ImageFindingsReportJson": findings_report,
    "DownloadImageReport": download_report,
}
