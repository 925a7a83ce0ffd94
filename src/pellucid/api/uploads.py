"""Uploads: bytes from the network to the blob store, without keeping them.

While one block is hashed and written in a thread, the next one is received: at most two blocks of an upload are in
memory. An upload that ends early for any reason leaves nothing behind.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from fastapi import Request

from pellucid.api.context import Context
from pellucid.api.multipart import FIRST_LINE, MEDIA_TYPE, Block, FormReader, boundary_of, sniffed_boundary
from pellucid.blobs.writer import BlobWriter
from pellucid.domain.file import StoredBlob
from pellucid.errors import Detail, InvalidRequest, PayloadTooLarge

# What a form may have around its file: names, texts, delimiters.
FRAMING = 1 << 20
Check = Callable[[Mapping[str, str]], Awaitable[None]]
IDLE_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a form said: its texts and, when it had a file, the file's name ("" if it had none)."""

    texts: dict[str, str]
    filename: str | None


class Upload:
    """One incoming file. Leaving the context without `commit` throws away what was written."""

    def __init__(self, context: Context, request: Request) -> None:
        self._blobs = context.blobs
        self._limit = context.settings.upload_limit
        self._reserve = context.settings.disk_reserve
        self._receive = request.receive
        self._length = int(request.headers["content-length"]) if "content-length" in request.headers else None
        self._content_type = request.headers.get("content-type", "")
        self._writer: BlobWriter | None = None
        self._writing: asyncio.Future[StoredBlob | None] | None = None
        self._filename: str | None = None
        self.size = 0

    async def __aenter__(self) -> Self:
        """Refuse, before a byte is read, what is known to be too large for the server or its disk."""
        if self._length != 0:
            self._writer = await asyncio.to_thread(self._open)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writing is not None:
            # The thread must be done with the writer before the writer is taken away.
            await asyncio.wait([self._writing])
        if self._writer is not None:
            await asyncio.to_thread(self._writer.abort)

    async def raw(self) -> None:
        """Take the whole body as the file."""
        block = Block()
        async for chunk in self._chunks(self._limit):
            block.add(memoryview(chunk))
            if block.is_full:
                await self._put(block)
        await self._put(block)

    async def form(self, before_file: Check | None = None) -> Form:
        """Take a form, or an empty body for one. InvalidRequest when the body is anything else.

        `before_file` is given the texts that stand before the file, and may refuse it before its bytes are taken.
        """
        media_type = self._content_type.partition(";")[0].strip().lower()
        boundary = boundary_of(self._content_type)
        reader: FormReader | None = None
        head = b""
        async for chunk in self._chunks(self._limit + FRAMING):
            if media_type != MEDIA_TYPE:
                raise _wrong_type(media_type)
            if reader is not None:
                reader.feed(chunk)
            else:
                head += chunk
                boundary = boundary or sniffed_boundary(head)
                if boundary or len(head) > FIRST_LINE:
                    reader = FormReader(boundary, self._begin)
                    reader.feed(head)
            if before_file and reader is not None and reader.has_file:
                await before_file(reader.texts)
                before_file = None
            if reader is not None and reader.block.is_full:
                await self._put(reader.block)
        if reader is None and head.strip():
            reader = FormReader(sniffed_boundary(head + b"\r\n"), self._begin)
            reader.feed(head)
        if reader is not None:
            reader.finish()
            await self._put(reader.block)
        # What a browser sends for a file that nobody chose: no name and no bytes.
        nothing_chosen = self._filename == "" and not self.size
        return Form(texts=reader.texts if reader else {}, filename=None if nothing_chosen else self._filename)

    async def commit(self) -> StoredBlob:
        """Everything safely on the disk. InvalidRequest for an empty file."""
        if self._writer is None or not self.size:
            raise InvalidRequest("The file is empty.", details=[Detail(reason="has no bytes", field="file")])
        await self._written()
        self._writing = asyncio.get_running_loop().run_in_executor(None, self._writer.commit)
        blob = await self._written()
        assert isinstance(blob, StoredBlob)
        return blob

    def _open(self) -> BlobWriter:
        # The writer refuses at once what cannot fit.
        expected = max((self._length or 0) - FRAMING, 0)
        return self._blobs.writer(self._limit, self._reserve, expected=expected)

    def _begin(self, filename: str) -> None:
        self._filename = filename

    async def _chunks(self, limit: int) -> AsyncIterator[bytes]:
        """The body as it comes, at most `limit` bytes of it."""
        taken = 0
        more = True
        while more:
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    message = await self._receive()
            except TimeoutError as error:
                raise _cut_off(f"nothing came for {IDLE_SECONDS:.0f} seconds") from error
            if message["type"] == "http.disconnect":
                raise _cut_off("the connection was closed")
            chunk = message.get("body", b"")
            more = message.get("more_body", False)
            taken += len(chunk)
            if taken > limit:
                raise _too_large(self._limit)
            if chunk:
                yield chunk

    async def _put(self, block: Block) -> None:
        """Have a block written, as soon as the one before it is."""
        views = block.take()
        if not views or self._writer is None:
            return
        self.size += sum(view.nbytes for view in views)
        if self.size > self._limit:
            raise _too_large(self._limit)
        await self._written()
        self._writing = asyncio.get_running_loop().run_in_executor(None, _write, self._writer, views)

    async def _written(self) -> StoredBlob | None:
        """What the thread has done; when this request is cancelled meanwhile, the thread still goes on to its end."""
        return await asyncio.shield(self._writing) if self._writing is not None else None


def _write(writer: BlobWriter, views: Sequence[memoryview]) -> StoredBlob | None:
    # One large block, so that hash and disk run long without needing the interpreter.
    writer.write(b"".join(views))
    return None


def _too_large(limit: int) -> PayloadTooLarge:
    reason = f"is larger than the {limit} bytes that this server accepts"
    return PayloadTooLarge(f"The upload {reason}.", details=[Detail(reason=reason, field="file")])


def _wrong_type(media_type: str) -> InvalidRequest:
    reason = f"must be {MEDIA_TYPE}, not {media_type[:100] or 'absent'}"
    return InvalidRequest(f"The Content-Type {reason}.", details=[Detail(reason=reason, field="Content-Type")])


def _cut_off(reason: str) -> InvalidRequest:
    return InvalidRequest(f"The body is not complete: {reason}.", details=[Detail(reason=reason, field="body")])
