"""Forms with one small file, which is kept in memory."""

import asyncio

from fastapi import Request

from pellucid.api.multipart import MEDIA_TYPE, FormReader, boundary_of
from pellucid.errors import Detail, InvalidRequest, PayloadTooLarge

FRAMING = 64 << 10
MOST_SECONDS = 120.0


async def small_file(request: Request, limit: int) -> tuple[str, bytes]:
    """Name and bytes of the file of a form; at most `limit` bytes. InvalidRequest when there is none."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise _refused(f"must be {MEDIA_TYPE}", "Content-Type")
    names: list[str] = []
    reader = FormReader(boundary_of(kind), names.append)
    pieces: list[bytes] = []
    taken = 0
    try:
        async with asyncio.timeout(MOST_SECONDS):
            async for chunk in request.stream():
                taken += len(chunk)
                if taken > limit + FRAMING:
                    reason = f"is larger than {limit} bytes"
                    raise PayloadTooLarge(f"The file {reason}.", details=[Detail(reason=reason, field="file")])
                if chunk:
                    reader.feed(chunk)
                    pieces += map(bytes, reader.block.take())
    except TimeoutError:
        raise _refused(f"did not come within {MOST_SECONDS:.0f} seconds", "body") from None
    reader.finish()
    if not names or not pieces:
        raise _refused("is missing" if not names else "is empty", "file")
    return names[0], b"".join(pieces)


def _refused(reason: str, field: str) -> InvalidRequest:
    return InvalidRequest(f"{field} {reason}.", details=[Detail(reason=reason, field=field)])
