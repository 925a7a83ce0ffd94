"""VEX over the API: what was decided on each vulnerability of an image, in both formats."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.api_client import Api
from tests.support.judged import HOLE, judged
from tests.support.scanned_trees import LIBRARY, SOFTWARE, small_tree, store

from pellucid.domain.finding import FindingStatus, Silenced, SilenceKind
from pellucid.domain.roles import RoleKey
from pellucid.storage.repositories.finding_states import FindingStateRepository

PATCHED = Silenced(
    vulnerability="CVE-2020-0001",
    dependency=LIBRARY.identity,
    source="debian",
    reason="Debian 12 fixed it in 3.0.11-1.",
    kind=SilenceKind.FIXED,
)
ABSENT = replace(PATCHED, vulnerability="CVE-2020-0002", source="Debian:12", kind=SilenceKind.NOT_AFFECTED)
SECOND = judged(replace(HOLE, name="CVE-2021-0002", aliases=()), recommended_action="Update busybox to 1.37.")
UNBUILT = judged(replace(HOLE, name="CVE-2021-0003", aliases=()), about=(LIBRARY,), reachability="unreachable")
TOGETHER = judged(replace(HOLE, name="CVE-2021-0004", aliases=()), about=(SOFTWARE, LIBRARY), conditional=True)


class Judged:
    """A product with an image whose scan found four vulnerabilities and silenced two."""

    def __init__(self, api: Api) -> None:
        self.api, self.product = api, api.product()
        self.image = api.image(self.product)
        self.path = f"{self.product}/images/{self.image['id']}"
        result = replace(small_tree(), silenced=(PATCHED, ABSENT))
        findings = (judged(), SECOND, UNBUILT, TOGETHER)
        store(api.database, self.product.rpartition("/")[2], self.image["latestScan"]["id"], result, *findings)

    def finding(self, name: str = HOLE.name) -> str:
        query = {"filters": [{"field": "name", "value": name}]}
        (row,) = self.api.http.post("/api/v4/grids/findings:gridList", json=query).json()["rows"]
        found: str = row["id"]
        return found

    def decide(self, status: str, name: str = HOLE.name) -> None:
        path = f"{self.product}/findings/{self.finding(name)}/CreateFindingState"
        assert self.api.http.post(path, json={"status": status}).status_code == 201

    def document(self, what: str = "openVEX", **query: str) -> Any:
        answer = self.api.http.get(f"{self.path}/vexReport:{what}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def statements(self, **query: str) -> dict[str, Any]:
        return {item["vulnerability"]["name"]: item for item in self.document(**query)["statements"]}


@pytest.fixture
def scanned(api: Api) -> Judged:
    return Judged(api)


def test_openvex_says_what_was_decided_and_what_was_silenced(scanned: Judged) -> None:
    scanned.decide("rejected")
    scanned.decide("in progress", SECOND.name)
    found = scanned.statements()
    assert {name: item["status"] for name, item in found.items()} == {
        "CVE-2020-0001": "fixed",
        "CVE-2020-0002": "not_affected",
        "CVE-2021-0001": "not_affected",
        "CVE-2021-0002": "affected",
        "CVE-2021-0003": "under_investigation",
        "CVE-2021-0004": "under_investigation",
    }
    assert (found["CVE-2020-0001"]["supplier"], found["CVE-2020-0001"]["status_notes"]) == (
        *("Debian security tracker", PATCHED.reason),
    )
    assert (found["CVE-2020-0002"]["supplier"], found["CVE-2020-0002"]["impact_statement"]) == (
        *("Debian 12", ABSENT.reason),
    )
    assert found[HOLE.name]["vulnerability"]["aliases"] == list(HOLE.aliases)
    assert found["CVE-2021-0002"]["action_statement"] == "Update busybox to 1.37."
    assert "not been built" in found["CVE-2021-0003"]["status_notes"]
    assert "platform" in found["CVE-2021-0004"]["status_notes"]
    parts = [part["@id"] for part in found["CVE-2021-0004"]["products"][0]["subcomponents"]]
    assert parts == [SOFTWARE.purl, LIBRARY.purl]


def test_cyclonedx_has_the_bill_and_the_analysis(scanned: Judged) -> None:
    scanned.decide("remediated")
    with scanned.api.database.begin() as tx:
        FindingStateRepository(tx).enter(
            scanned.finding(SECOND.name),
            FindingStatus.REJECTED,
            source="VEX: router.json, Example Inc.",
            justification="vulnerable_code_not_present",
            note="Left out.",
        )
    document = scanned.document("cycloneDX")
    found = {item["id"]: item for item in document["vulnerabilities"]}
    assert {name: item["analysis"]["state"] for name, item in found.items()} == {
        "CVE-2020-0001": "resolved",
        "CVE-2020-0002": "not_affected",
        "CVE-2021-0001": "resolved",
        "CVE-2021-0002": "not_affected",
        "CVE-2021-0003": "in_triage",
        "CVE-2021-0004": "in_triage",
    }
    second = found[SECOND.name]
    assert (second["analysis"]["justification"], second["analysis"]["detail"]) == ("code_not_present", "Left out.")
    assert "VEX: router.json, Example Inc." in {item["value"] for item in second["properties"]}
    refs = {item["bom-ref"]: item["name"] for item in document["components"]}
    assert [refs[item["ref"]] for item in second["affects"]] == ["busybox"]


def test_a_finding_shows_which_document_decided(scanned: Judged) -> None:
    path = f"{scanned.product}/findings/{scanned.finding()}"
    assert scanned.api.http.get(path).json()["hasVEX"] is False
    with scanned.api.database.begin() as tx:
        FindingStateRepository(tx).enter(
            scanned.finding(),
            FindingStatus.REJECTED,
            source="VEX in the image: vex.json, Example Inc.",
            justification="vulnerable_code_not_present",
            note="Left out.",
        )
    found = scanned.api.http.get(path).json()
    assert (found["status"], found["hasVEX"]) == ("rejected", True)
    assert found["occurrences"][0]["notes"][-1] == {
        "title": "Why its status is rejected",
        "content": "VEX in the image: vex.json, Example Inc. says so (vulnerable_code_not_present). Left out.",
    }
    scanned.decide("in progress")
    found = scanned.api.http.get(path).json()
    assert (found["status"], [note["title"] for note in found["occurrences"][0]["notes"]]) == (
        *("in progress", ["Why this is a finding"]),
    )


def test_of_one_finding(scanned: Judged) -> None:
    found = scanned.document(findingId=scanned.finding())["statements"]
    assert [item["vulnerability"]["name"] for item in found] == [HOLE.name]
    path = f"{scanned.path}/vexReport:openVEX"
    assert scanned.api.http.get(path, params={"findingId": "x"}).status_code == 400
    assert scanned.api.http.get(path, params={"findingId": "0" * 26}).status_code == 404


def test_documents_have_names_and_are_the_same_again(scanned: Judged) -> None:
    for what, name in (("openVEX", "router-1.0.2.openvex.json"), ("cycloneDX", "router-1.0.2.vex.cdx.json")):
        first, second = (scanned.api.http.get(f"{scanned.path}/vexReport:{what}") for _ in "12")
        assert first.content == second.content
        assert name in first.headers["content-disposition"]
        assert first.headers["content-type"] == "application/json"


def test_before_a_scan_has_ended_there_is_none(api: Api) -> None:
    product = api.product()
    assert api.http.get(f"{product}/images/{api.image(product)['id']}/vexReport:openVEX").status_code == 422


def test_whoever_may_view_reports_gets_them(scanned: Judged) -> None:
    resource = scanned.product.rpartition("/")[2]
    http = scanned.api.client(scanned.api.user("reader@localhost", **{f"products_{resource}": RoleKey.READ_ONLY}))
    assert http.get(f"{scanned.path}/vexReport:cycloneDX").status_code == 200
    stranger = scanned.api.client(scanned.api.user("stranger@localhost"))
    assert stranger.get(f"{scanned.path}/vexReport:openVEX").json()["permission"] == "reports.view"
