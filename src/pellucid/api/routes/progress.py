"""Progress of a scan as it happens: server-sent events (WHATWG HTML, section 9.2)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from pellucid.api.dependencies import Context
from pellucid.api.parameters import ImageId, ProductId, ScanId
from pellucid.api.router import ContractRouter
from pellucid.domain.progress import Progress
from pellucid.domain.scan import ScanState
from pellucid.services.scans import Scans

router = ContractRouter()

PATH = "/api/v4/products/{productId}/images/{imageId}/scans/{scanId}/progress"
INTERVAL = 0.5
HEARTBEAT = 15.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Reading = tuple[ScanState, Progress]


@router.own("FollowScan", "GET", PATH, permission="products.view", tag="Scan")
async def follow_scan(product_id: ProductId, image_id: ImageId, scan_id: ScanId, context: Context) -> StreamingResponse:
    """Events `progress` {stage, done, known, bytes, problems} on every change, at the end `state` {type, note}.

    The note says why a scan failed or who cancelled it.
    """

    def read() -> Reading:
        with context.database.read() as tx:
            scans = Scans(tx)
            return scans.get(product_id, image_id, scan_id).latest_state, scans.progress(scan_id)

    # Read once before the answer begins: an unknown scan is an error, not a stream.
    first = await run_in_threadpool(read)
    return StreamingResponse(events(first, read), media_type="text/event-stream", headers=HEADERS)


async def events(first: Reading, read: Callable[[], Reading]) -> AsyncIterator[bytes]:
    """The stream, from the first reading on. Ends with the scan; a client that leaves cancels it."""
    state, progress = first
    yield _event("progress", asdict(progress))
    last, sent = progress, time.monotonic()
    while not state.type.is_final:
        await asyncio.sleep(INTERVAL)
        state, progress = await run_in_threadpool(read)
        if progress != last:
            yield _event("progress", asdict(progress))
            last, sent = progress, time.monotonic()
        elif time.monotonic() - sent >= HEARTBEAT:
            # A comment: it keeps proxies from closing a connection that looks dead.
            yield b": waiting\n\n"
            sent = time.monotonic()
    why = {"note": state.note} if state.note else {}
    yield _event("state", {"type": state.type.value, **why})


def _event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
