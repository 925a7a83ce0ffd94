"""`pellucid wait` and `status`: following a scan by its stream, by asking, through an outage."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from tests.support.command_line import Ended, pellucid
from tests.support.scripted_api import Reply, Request, ScriptedApi, events

from pellucid.cli import follow
from pellucid.cli.api_client import ApiClient
from pellucid.domain.progress import Progress, Stage
from pellucid.errors import RequestError, ServerUnreachable

PRODUCT = "01J9Z3T5N8K2V4Q6R7S0W1X2Y3"
IMAGE = "01J9Z3T5N8K2V4Q6R7S0W1X2Y4"
SCAN = "01J9Z3T5N8K2V4Q6R7S0W1X2Y5"
IMAGE_PATH = f"/api/v4/products/{PRODUCT}/images/{IMAGE}"
SCAN_PATH = f"{IMAGE_PATH}/scans/{SCAN}"
COUNTS = {
    "newEscalationsCount": 0,
    "dependenciesCount": 1234,
    "cryptographicAssetsCount": 5,
    "findingTypeCounts": [{"type": "weakness", "count": 2}, {"type": "secret", "count": 1}],
    "kev": 1,
    "expiredCertificatesCount": 1,
    "unsafeFunctionsCount": 9,
}
HALF_WAY = {"stage": "unpacking", "done": 500, "known": 1000, "bytes": 12_300_000, "problems": 2}


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with ScriptedApi() as running:
        state = {"id": SCAN, "createTime": "2026-01-01T00:00:00Z", "latestScanState": {"type": "running"}}
        image = {"id": IMAGE, "name": "fw", "version": "1.0.2", "latestScan": state, "counts": COUNTS}
        running.routes[f"GET {IMAGE_PATH}"] = lambda _: Reply(image)
        running.routes[f"GET {SCAN_PATH}"] = polled("in_progress")
        yield running


def polled(*types: str) -> Callable[[Request], Reply]:
    """Answers with each state once, and with the last one for ever."""
    left = list(types)
    return lambda _: Reply({"id": SCAN, "latestScanState": {"type": left.pop(0) if len(left) > 1 else left[0]}})


def stream(*pairs: tuple[str, dict[str, object]]) -> Callable[[Request], Reply]:
    return lambda _: Reply(chunks=events(*pairs), type="text/event-stream")


def wait(api: ScriptedApi, *options: str) -> Ended:
    return pellucid("wait", PRODUCT, IMAGE, *options, PELLUCID_URL=api.url, PELLUCID_TOKEN="token")


def test_a_completed_scan_exits_with_0_and_its_progress_is_plain_lines(api: ScriptedApi) -> None:
    api.routes[f"GET {SCAN_PATH}/progress"] = stream(("progress", HALF_WAY), ("state", {"type": "done"}))
    ended = wait(api)
    assert (ended.code, ended.stdout) == (0, "")
    assert ended.stderr.splitlines() == [
        "scan: unpacking, 500 of 1,000 artefacts, 12.3 MB, 2 problems",
        "The scan is completed: 1,234 dependencies, 3 findings, 5 cryptographic assets.",
    ]
    assert not api.seen(f"GET {SCAN_PATH}"), "who is told need not ask"


@pytest.mark.parametrize(("state", "said"), [("failed", "has failed"), ("cancelled", "has been cancelled")])
def test_a_scan_that_did_not_succeed_exits_with_2(api: ScriptedApi, state: str, said: str) -> None:
    api.routes[f"GET {SCAN_PATH}/progress"] = stream(("state", {"type": state, "note": "because of this"}))
    ended = wait(api)
    assert ended.code == 2
    assert said in ended.stderr
    assert "because of this" in ended.stderr


def test_without_a_stream_the_state_is_asked_for(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.01)
    api.routes[f"GET {SCAN_PATH}"] = polled("in_progress", "in_progress", "completed")
    assert follow.follow(client(api), PRODUCT, IMAGE, timeout=60) == "completed"
    asked = api.seen(f"GET {SCAN_PATH}")
    assert [request.query for request in asked] == [{"status": "true"}] * 3


def test_a_stream_that_breaks_off_is_taken_up_again(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.01)
    streams = [stream(("progress", HALF_WAY)), stream(("progress", HALF_WAY), ("state", {"type": "completed"}))]

    def next_stream(request: Request) -> Reply:
        return streams.pop(0)(request)

    api.routes[f"GET {SCAN_PATH}/progress"] = next_stream
    assert follow.follow(client(api), PRODUCT, IMAGE, timeout=60) == "completed"
    assert not streams


def test_an_outage_of_the_server_is_waited_out(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.05)
    api.routes[f"GET {SCAN_PATH}/progress"] = stream(("progress", HALF_WAY))
    back = threading.Event()

    def restart() -> None:
        api.__exit__()
        time.sleep(0.3)
        with ScriptedApi(api.port) as again:
            again.routes[f"GET {SCAN_PATH}"] = polled("completed")
            back.wait(30)

    def break_off(_: Request) -> Reply:
        threading.Thread(target=restart).start()
        api.stopping.wait(10)
        return Reply(chunks=[])

    api.routes[f"GET {SCAN_PATH}"] = break_off
    try:
        assert follow.follow(client(api), PRODUCT, IMAGE, timeout=30) == "completed"
    finally:
        back.set()


def test_a_server_that_stays_away_is_given_up(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(follow, "OUTAGE_SECONDS", 0.2)
    monkeypatch.setattr(follow, "newest_scan", lambda *_: SCAN)
    with ScriptedApi() as gone:
        away = client(gone)
    with pytest.raises(ServerUnreachable):
        follow.follow(away, PRODUCT, IMAGE, timeout=None)


def test_a_scan_that_takes_too_long_is_left_alone(api: ScriptedApi) -> None:
    def endless(_: Request) -> Reply:
        def chunks() -> Iterator[bytes]:
            while not api.stopping.wait(0.05):
                yield from events(("progress", HALF_WAY))

        return Reply(chunks=chunks(), type="text/event-stream")

    api.routes[f"GET {SCAN_PATH}/progress"] = endless
    before = time.monotonic()
    ended = wait(api, "--timeout", "0.5")
    assert time.monotonic() - before < 20
    assert ended.code == 2
    assert "has not ended in time; it goes on" in ended.stderr


def test_a_silent_stream_does_not_outlast_the_time_given(api: ScriptedApi) -> None:
    def silent(_: Request) -> Reply:
        api.stopping.wait(30)
        return Reply(chunks=[])

    api.routes[f"GET {SCAN_PATH}/progress"] = silent
    with pytest.raises(RequestError, match="in time"):
        follow.follow(client(api), PRODUCT, IMAGE, timeout=0.3)


def test_an_image_without_a_scan_is_said_to_have_none(api: ScriptedApi) -> None:
    api.routes[f"GET {IMAGE_PATH}"] = lambda _: Reply({"id": IMAGE, "name": "fw", "version": "1"})
    ended = wait(api)
    assert ended.code == 2
    assert "The image fw 1 has no scan." in ended.stderr


def test_status_shows_state_and_counts(api: ScriptedApi) -> None:
    ended = pellucid("status", PRODUCT, IMAGE, PELLUCID_URL=api.url, PELLUCID_TOKEN="token")
    assert ended.code == 0
    assert ended.stdout.splitlines() == [
        f"fw 1.0.2 ({IMAGE})",
        "  scan: running, begun 2026-01-01T00:00:00Z",
        "  dependencies: 1,234",
        "  cryptographic assets: 5",
        "  expired certificates: 1",
        "  unsafe functions: 9",
        "  known exploited vulnerabilities: 1",
        "  new escalations: 0",
        "  findings of type weakness: 2",
        "  findings of type secret: 1",
    ]
    assert api.seen(f"GET {IMAGE_PATH}")[0].query == {"withCounts": "true"}


def test_events_are_read_as_browsers_read_them() -> None:
    lines = [
        ": hello",
        "event: progress",
        'data: {"done":',
        "data:1}",
        "id: 7",
        "",
        "data: no json",
        "",
        "data: [1]",
        "",
    ]
    assert list(follow.server_sent_events([*lines, "event:state", 'data:{"type":"done"}', ""])) == [
        ("progress", {"done": 1}),
        ("state", {"type": "done"}),
    ]


def test_progress_of_a_newer_server_is_still_understood() -> None:
    data: dict[str, object] = {"stage": "dreaming", "done": 3, "known": "many", "bytes": 5, "mood": "good"}
    assert follow.to_progress(data) == Progress(stage=Stage.WAITING, done=3, bytes=5)


def client(api: ScriptedApi) -> ApiClient:
    return ApiClient({"PELLUCID_URL": api.url, "PELLUCID_TOKEN": "token"})
