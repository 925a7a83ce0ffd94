"""Rules of one's own over the API: what is refused changes nothing, and nobody reaches what is another's."""

import io
import tarfile
import zipfile
from typing import Any

import pytest
from tests.contract.rule_exercises import RULE, archive, give
from tests.support.api_client import Api

from pellucid.domain.roles import RoleKey
from pellucid.rules.checking import LARGEST_ARCHIVE

OTHER = "rule other { condition: true }"
BAD = "rule bad {\n  condition: nothing\n}"
GRID = "/api/v4/grids/customRules:gridList"


def listed(api: Api, **query: Any) -> list[str]:
    answer = api.http.post(GRID, json=query)
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()["rows"]]


def test_a_set_is_a_version_and_says_what_its_files_are(api: Api) -> None:
    answer = give(
        api, archive(a=RULE, b=f"{OTHER}\nrule slow {{ condition: for all i in (0..filesize) : (uint8(i) == 0) }}")
    )
    assert answer.status_code == 201
    version = answer.json()["version"]
    assert [(item["filename"], item["name"]) for item in version["rules"]] == [
        ("a.yar", "acme"),
        ("b.yar", "other"),
        ("b.yar", "slow"),
    ]
    assert version["rules"][0]["lintResults"]["details"]["meta"] == {"title": "A debug port", "severity": "high"}
    assert any("slow loop" in said for said in version["rules"][2]["lintResults"]["details"]["warnings"])
    rule = api.http.get("/api/v4/customRules/rules/acme").json()
    assert (rule["title"], rule["severity"], rule["isEnabled"], rule["body"]) == ("A debug port", "high", True, RULE)
    assert rule["author"]["id"] == api.admin.id
    assert give(api, archive(a=RULE)).json()["version"]["id"] > version["id"]
    assert listed(api) == ["acme"]


def test_one_bad_file_and_nothing_is_changed(api: Api) -> None:
    give(api, archive(a=RULE))
    answer = give(api, archive(good=OTHER, worse=BAD, twice=OTHER))
    assert answer.status_code == 422
    errors = {item["filename"]: item["lintResults"] for item in answer.json()["errors"]}
    assert set(errors) == {"worse.yar", "twice.yar"}
    assert errors["worse.yar"]["status"] == "error"
    assert errors["worse.yar"]["details"]["errors"][0].startswith("line 2: unknown identifier `nothing`")
    assert listed(api) == ["acme"]


def test_a_dry_run_only_says(api: Api) -> None:
    assert give(api, archive(a=RULE), query="?dryRun=true").status_code == 201
    assert give(api, archive(a=BAD), query="?dryRun=true").status_code == 422
    assert listed(api) == []
    assert api.http.get("/api/v4/customRules/rules/acme").status_code == 404


def test_a_single_file_and_a_tar_are_taken_too(api: Api) -> None:
    assert give(api, RULE.encode(), "acme.yar").status_code == 201
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as made:
        info = tarfile.TarInfo("rules/other.yara")
        info.size = len(OTHER)
        made.addfile(info, io.BytesIO(OTHER.encode()))
    assert give(api, sink.getvalue(), "rules.tar.gz").json()["version"]["rules"][0]["filename"] == "rules/other.yara"
    assert listed(api) == ["other"]


def test_names_that_point_elsewhere_and_bombs_are_refused(api: Api) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        made.writestr("../../etc/cron.d/a.yar", OTHER)
    answer = give(api, sink.getvalue())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["lintResults"]["details"]["errors"] == [
        "line 1: its name points out of the archive"
    ]
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.yar", bytes(100 << 20))
    assert give(api, sink.getvalue()).status_code == 400
    assert give(api, bytes(LARGEST_ARCHIVE + (1 << 20))).status_code == 413
    assert listed(api) == []


@pytest.mark.parametrize("content", [b"no archive", b"PK\x03\x04", archive(), b"\x1f\x8b\x08"])
def test_what_is_no_archive_of_rules_is_refused(api: Api, content: bytes) -> None:
    assert give(api, content).status_code == 400


def test_a_form_without_a_file_is_refused(api: Api) -> None:
    path = "/api/v4/customRules:updateRules"
    assert api.http.post(path, json={}).status_code == 400
    assert api.http.post(path, files={"other": (None, "text")}).status_code == 400
    assert api.http.post(path, files={"file": ("a.zip", b"")}).status_code == 400


def test_a_rule_stays_disabled_until_it_is_enabled(api: Api) -> None:
    give(api, archive(a=RULE, b=OTHER))
    before = api.http.get("/api/v4/customRules/rules/acme").json()
    answer = api.http.post("/api/v4/customRules:bulkDisable", json={"names": ["acme", "acme"]})
    assert (answer.status_code, answer.json()) == (201, {"names": ["acme"]})
    give(api, archive(a=RULE, b=OTHER))
    after = api.http.get("/api/v4/customRules/rules/acme").json()
    assert after == before | {"isEnabled": False}
    assert listed(api, filters=[{"field": "isEnabled", "comparator": "equals", "value": True}]) == ["other"]
    answer = api.http.post("/api/v4/customRules:bulkEnable", json={"names": ["acme", "nobody"]})
    assert answer.status_code == 400
    assert listed(api, filters=[{"field": "isEnabled", "value": True}]) == ["other"]
    assert api.http.post("/api/v4/customRules:bulkEnable", json={"names": ["acme"]}).status_code == 201
    assert listed(api, sortBy={"field": "severity", "direction": "descend"}) == ["acme", "other"]


def test_who_may_only_read_may_not_change(api: Api) -> None:
    give(api, archive(a=RULE))
    reader = api.client(api.user("reader@example.org", **{f"orgs_{api.org.id}": RoleKey.READ_ONLY}))
    nobody = api.client(api.user("nobody@example.org"))
    ruler = api.client(api.user("ruler@example.org", **{f"orgs_{api.org.id}": RoleKey.RULE_ADMIN}))
    assert reader.get("/api/v4/customRules/rules/acme").status_code == 200
    assert reader.post(GRID, json={}).status_code == 200
    files = {"file": ("a.zip", archive(a=OTHER))}
    for client, status in ((reader, 403), (nobody, 403), (ruler, 201)):
        assert client.post("/api/v4/customRules:bulkDisable", json={"names": ["acme"]}).status_code == status
        assert client.post("/api/v4/customRules:updateRules", files=files).status_code == status
    assert nobody.get("/api/v4/customRules/rules/acme").status_code == 403
    assert nobody.post(GRID, json={}).status_code == 403
    assert listed(api) == ["other"]


def test_a_grid_is_filtered_sorted_and_in_pages(api: Api) -> None:
    rules = {f"r{number}": f"rule r{number} {{ meta: score = {number * 30} condition: true }}" for number in range(4)}
    give(api, archive(**rules))
    assert listed(api, sortBy={"field": "severity", "direction": "descend"}) == ["r3", "r2", "r1", "r0"]
    assert listed(api, page={"num": 2, "size": 3}) == ["r3"]
    assert listed(api, filters=[{"field": "name", "comparator": "contains", "value": "R1"}]) == ["r1"]
    assert listed(api, filters=[{"field": "severity", "comparator": "in", "value": ["critical", "medium"]}]) == [
        "r2",
        "r3",
    ]
    assert api.http.post(GRID, json={"filters": [{"field": "colour", "value": 1}]}).status_code == 400


def test_names_that_are_no_text_are_of_no_rule(api: Api) -> None:
    give(api, archive(a=RULE))
    for name in (r'"\ud800"', r'"a\u0000"'):
        content = f'{{"names": [{name}]}}'.encode()
        headers = {"Content-Type": "application/json"}
        assert api.http.post("/api/v4/customRules:bulkDisable", content=content, headers=headers).status_code == 400
    assert api.http.get("/api/v4/customRules/rules/a%00b").status_code == 404
