"""`pellucid status`: the image, its counts, and what could not be read."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.command_line import Ended, pellucid
from tests.support.scripted_api import Reply, ScriptedApi

PRODUCT, IMAGE, SCAN = (f"01J9Z3T5N8K2V4Q6R7S0W1X2Y{digit}" for digit in "345")
IMAGE_PATH = f"/api/v4/products/{PRODUCT}/images/{IMAGE}"
PROBLEMS = f"GET {IMAGE_PATH}/scans/{SCAN}/problems"
COUNTS = {
    "dependenciesCount": 1200,
    "cryptographicAssetsCount": 2,
    "expiredCertificatesCount": 1,
    "unsafeFunctionsCount": 5,
    "kev": 0,
    "newEscalationsCount": 0,
    "findingTypeCounts": [{"type": "secret", "count": 3}],
}


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    state = {"createTime": "2026-01-01T00:00:00Z", "latestScanState": {"type": "done"}}
    image = {"id": IMAGE, "name": "router", "version": "1", "counts": COUNTS, "latestScan": {"id": SCAN, **state}}
    with ScriptedApi() as scripted:
        scripted.routes[f"GET {IMAGE_PATH}"] = lambda _: Reply(image)
        yield scripted


def status(api: ScriptedApi, *options: str) -> Ended:
    return pellucid("status", PRODUCT, IMAGE, *options, PELLUCID_URL=api.url, PELLUCID_TOKEN="token")


def problem(number: int) -> dict[str, Any]:
    place = {"artefact": f"router.bin!{number}\x1b[31m", "message": "it ends too early"}
    return {"number": number, "unit": "squashfs", "kind": "truncated", **place}


def test_counts_and_what_was_not_read(api: ScriptedApi) -> None:
    api.routes[PROBLEMS] = lambda _: Reply({"problems": [problem(number) for number in range(11)]})
    shown = status(api)
    assert shown.code == 0
    assert "dependencies: 1,200" in shown.stdout
    assert "findings of type secret: 3" in shown.stdout
    assert shown.stdout.count("not read: squashfs, truncated: it ends too early") == 10
    assert "... and more" in shown.stdout
    assert "\x1b" not in shown.stdout, "names come from images: nothing in them may steer a terminal"


def test_a_server_without_problems_to_tell(api: ScriptedApi) -> None:
    shown = status(api)
    assert shown.code == 0
    assert "scan: done" in shown.stdout
    assert "not read" not in shown.stdout
