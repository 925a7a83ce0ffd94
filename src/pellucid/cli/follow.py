"""Following a scan on a server to its end: by its progress stream, and by asking when that is not to be had."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

from pellucid.cli.api_client import ApiClient
from pellucid.cli.progress import OnProgress, scan_progress
from pellucid.cli.terminal import note
from pellucid.domain.progress import Progress, Stage
from pellucid.errors import NotAuthenticated, NotFound, PellucidError, RequestError, ServerUnreachable

FINAL = {"completed": "completed", "done": "completed", "failed": "failed", "cancelled": "cancelled"}
POLL_SECONDS = 2.0
QUIET_SECONDS = 30.0
OUTAGE_SECONDS = 120.0
LONGEST_NOTE = 500


def newest_scan(api: ApiClient, product_id: str, image_id: str) -> str:
    """The id of the newest scan of an image; NotFound when there is none."""
    image = api.get(f"/api/v4/products/{product_id}/images/{image_id}")
    scan = image.get("latestScan")
    if not scan:
        raise NotFound(f"The image {image['name']} {image['version']} has no scan.")
    return str(scan["id"])


def follow(api: ApiClient, product_id: str, image_id: str, *, timeout: float | None) -> str:
    """Show the newest scan of the image until it ends: "completed", "failed" or "cancelled".

    An outage of the server is waited out for two minutes. RequestError when `timeout` seconds are over first.
    """
    deadline = time.monotonic() + timeout if timeout else float("inf")
    path = f"/api/v4/products/{product_id}/images/{image_id}/scans/{newest_scan(api, product_id, image_id)}"
    with scan_progress("scan") as show:
        return _Following(api, path, deadline, show).to_the_end()


class _Following:
    def __init__(self, api: ApiClient, path: str, deadline: float, show: OnProgress) -> None:
        self._api = api
        self._path = path
        self._deadline = deadline
        self._show = show
        self._noted = False
        self._answered = time.monotonic()

    def to_the_end(self) -> str:
        while True:
            state = self._streamed() or self._asked()
            if state:
                return state
            if time.monotonic() >= self._deadline:
                raise RequestError(
                    "The scan has not ended in time; it goes on, and `pellucid wait` can follow it again."
                )
            time.sleep(max(0.0, min(POLL_SECONDS, self._deadline - time.monotonic())))

    def _streamed(self) -> str:
        """The final state, or "" when the stream ended without one or cannot be read."""
        quiet = max(0.1, min(QUIET_SECONDS, self._deadline - time.monotonic()))
        try:
            with self._api.events(f"{self._path}/progress", quiet) as lines:
                for name, data in server_sent_events(lines):
                    self._answered = time.monotonic()
                    state = FINAL.get(str(data.get("type")), "") if name == "state" else ""
                    if state:
                        if reason := data.get("note"):
                            note(str(reason)[:LONGEST_NOTE])
                        return state
                    if name == "progress":
                        self._show(to_progress(data))
                    if time.monotonic() >= self._deadline:
                        return ""
        except NotAuthenticated:
            raise
        except PellucidError as error:
            self._note_once(error)
        return ""

    def _asked(self) -> str:
        try:
            scan = self._api.get(self._path, status="true")
        except ServerUnreachable as error:
            if time.monotonic() - self._answered > OUTAGE_SECONDS:
                raise
            self._note_once(error)
            return ""
        self._answered = time.monotonic()
        return FINAL.get(scan["latestScanState"]["type"], "")

    def _note_once(self, error: PellucidError) -> None:
        if not self._noted and time.monotonic() < self._deadline:
            note(f"No progress to show: {error.message} Asking every {POLL_SECONDS:.0f} s instead.")
            self._noted = True


def server_sent_events(lines: Iterable[str]) -> Iterator[tuple[str, dict[str, object]]]:
    """Name and JSON object of each event (HTML Living Standard, 9.2.6); what is no JSON object is left out."""
    name, data = "message", ""
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            name = value
        elif field == "data":
            data += value
        elif not line:
            with suppress(ValueError):
                content = json.loads(data)
                if isinstance(content, dict):
                    yield name, content
            name, data = "message", ""


def to_progress(data: dict[str, object]) -> Progress:
    """Progress from an event; what a newer server may say besides is left out."""
    numbers = {
        name: value for name in ("done", "known", "bytes", "problems") if isinstance(value := data.get(name), int)
    }
    stages = {str(stage): stage for stage in Stage}
    return Progress(stage=stages.get(str(data.get("stage")), Stage.WAITING), **numbers)
