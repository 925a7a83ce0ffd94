"""Scan states in both vocabularies, and what a polling script reads when there is nothing to read."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.api_client import Api

from pellucid.api.schemas.scans import POLLED
from pellucid.domain.ids import new_id
from pellucid.domain.image import ImageCounts
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.scan import ScanStateType
from pellucid.domain.scan_result import ScanResult
from pellucid.services.scans import Scans
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.scans import ScanRepository


def state(answer: Any) -> str:
    body = answer.json()
    entry = body["scans"][0] if "scans" in body else body
    word: str = entry["latestScanState"]["type"]
    return word


@pytest.mark.parametrize("stored", ScanStateType)
def test_a_state_has_two_names(api: Api, stored: ScanStateType) -> None:
    product = api.product()
    image = api.image(product)
    scan_id = image["latestScan"]["id"]
    with api.database.begin() as tx:
        ScanRepository(tx).enter(scan_id, stored)
    scans = f"{product}/images/{image['id']}/scans"
    for path in (scans, f"{scans}/{scan_id}"):
        assert state(api.http.get(path)) == stored
        assert state(api.http.get(path, params={"status": "false"})) == stored
        assert state(api.http.get(path, params={"status": "true"})) == POLLED[stored]


def test_the_words_of_polling_scripts() -> None:
    assert POLLED == {
        "new": "in_progress",
        "running": "in_progress",
        "done": "completed",
        "failed": "failed",
        "cancelled": "cancelled",
    }


def test_an_image_without_a_scan(api: Api) -> None:
    product = api.product()
    form = {"imageName": "router", "version": "1"}
    upload = f"{product}/images:upload?createScan=false"
    image = api.http.post(upload, data=form, files={"file": ("f.bin", b"x")}).json()
    scans = f"{product}/images/{image['id']}/scans"
    assert api.http.get(scans).json() == {"scans": []}
    answer = api.http.get(scans, params={"status": "true"})
    assert (state(answer), len(answer.json()["scans"])) == ("no_scans", 1)


def test_an_unknown_image_is_no_image_without_a_scan(api: Api) -> None:
    for status in ("true", "false"):
        path = f"{api.product(status)}/images/{new_id()}/scans"
        assert api.http.get(path, params={"status": status}).status_code == 404
        assert api.http.get(f"{path}/{new_id()}", params={"status": status}).status_code == 404


def test_a_state_that_cannot_be_read_now(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    product = api.product()
    image = api.image(product)
    scans = f"{product}/images/{image['id']}/scans"

    def broken(*_: object) -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr(Scans, "list", broken)
    monkeypatch.setattr(Scans, "get", broken)
    for path in (scans, f"{scans}/{image['latestScan']['id']}"):
        assert state(api.http.get(path, params={"status": "true"})) == "status_unavailable"
        assert api.http.get(path).status_code == 500


def test_what_was_not_read_is_listed_in_pages(api: Api) -> None:
    product = api.product()
    image = api.image(product)
    path = f"{product}/images/{image['id']}/scans/{image['latestScan']['id']}/problems"
    assert api.http.get(path).json() == {"problems": []}
    found = [
        Problem(unit="tar", kind=ProblemKind.TRUNCATED, message=f"file {number} is cut off", artefact="f.bin")
        for number in range(3)
    ]
    now = datetime.now(UTC)
    result = ScanResult(
        filename="f.bin",
        size=1,
        sha256="0" * 64,
        started=now,
        finished=now,
        counts=ImageCounts(),
        artefacts=(),
        problems=tuple(found),
    )
    with api.database.begin() as tx:
        ScanResultRepository(tx).store(image["latestScan"]["id"], result, "")
    page = api.http.get(path, params={"limit": 2}).json()["problems"]
    assert page[0] == {
        "number": 0,
        "unit": "tar",
        "kind": "truncated",
        "artefact": "f.bin",
        "message": "file 0 is cut off",
    }
    rest = api.http.get(path, params={"after": page[-1]["number"]}).json()["problems"]
    assert [problem["message"] for problem in rest] == ["file 2 is cut off"]
    assert api.http.get(path, params={"limit": 0}).status_code == 400
    assert api.http.get(path.replace(image["latestScan"]["id"], new_id())).status_code == 404


def test_the_newest_scan_comes_first(api: Api) -> None:
    product = api.product()
    path = f"{product}/images/{api.image(product)['id']}"
    second = api.http.post(f"{path}/scans").json()
    assert api.http.get(f"{path}/scans").json()["scans"][0]["id"] == second["id"]
    assert api.http.get(path).json()["latestScan"]["id"] == second["id"]


def test_a_scan_is_cancelled_once_and_nothing_else_is_set(api: Api) -> None:
    product = api.product()
    image = api.image(product)
    states = f"{product}/images/{image['id']}/scans/{image['latestScan']['id']}/states"
    for word in ("done", "running", "no such state", None):
        assert api.http.post(states, json={"type": word}).status_code == 400, word
    for _ in range(2):
        assert state(api.http.post(states, json={"type": "cancelled"})) == "cancelled"


def test_a_scan_of_another_image_is_not_found(api: Api) -> None:
    product = api.product()
    first, second = api.image(product, "1"), api.image(product, "2", b"other")
    path = f"{product}/images/{first['id']}/scans/{second['latestScan']['id']}"
    assert api.http.get(path).status_code == 404
    assert api.http.get(f"{path}/progress").status_code == 404
    other = f"{api.product('Other')}/images/{first['id']}/scans/{first['latestScan']['id']}"
    assert api.http.get(other).status_code == 404
