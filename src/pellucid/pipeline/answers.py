"""Answers of an analysis process, taken from its pipe as data: the process has read hostile bytes."""

import select
from collections.abc import Collection, Iterator

import msgspec

from pellucid.errors import Malformed
from pellucid.pipeline.content import Content, decode
from pellucid.pipeline.messages import LENGTH, Request

LARGEST_ANSWER = 256 << 20


def answering(pipes: Collection[int], timeout: float) -> list[int]:
    """Those that have something to say, or will not say anything any more; waits up to `timeout` seconds for one."""
    poll = select.poll()
    for descriptor in pipes:
        poll.register(descriptor, select.POLLIN)
    return [descriptor for descriptor, _ in poll.poll(timeout * 1000)] if pipes else []


def whole_messages(buffer: bytearray) -> Iterator[bytes]:
    """Whole messages at the start of `buffer`, taken out of it."""
    at = 0
    try:
        while len(buffer) >= at + LENGTH.size:
            (length,) = LENGTH.unpack_from(buffer, at)
            if length > LARGEST_ANSWER:
                raise Malformed(f"an answer of {length:,} bytes")
            start, end = at + LENGTH.size, at + LENGTH.size + length
            if len(buffer) < end:
                return
            at = end
            yield bytes(buffer[start:end])
    finally:
        # Once for all messages: each would move what is behind it.
        del buffer[:at]


def trusted(message: bytes, request: Request) -> Content:
    """The answer as data; it must speak of the bytes that were asked about, and know no hashes of its own."""
    try:
        content = decode(message)
    except msgspec.DecodeError as error:
        raise Malformed(str(error)) from error
    content.sha256, content.size = request.sha256, request.size
    for child in content.children:
        child.sha256 = ""
    return content
