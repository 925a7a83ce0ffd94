"""`pellucid upload`: an image to a server, streamed from the disk."""

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from pellucid.cli import exit_codes
from pellucid.cli.api_client import ApiClient
from pellucid.cli.images import finish
from pellucid.cli.progress import transfer_progress
from pellucid.cli.terminal import note, printable, say, size
from pellucid.errors import InvalidRequest


def run(arguments: Namespace) -> int:
    """Upload, print the image, and with --wait follow its scan."""
    path: Path = arguments.file
    name = arguments.name or path.name
    with open_regular(path) as (stream, total):
        api = ApiClient()
        product_id = api.product_id(arguments.product)
        with transfer_progress(printable(path.name), total) as advance:
            image = api.send(
                "POST",
                f"/api/v4/products/{product_id}/images:upload",
                data={"imageName": name, "version": arguments.version},
                files={"file": (path.name, _Counted(stream, advance), "application/octet-stream")},
            )
    if arguments.format == "json":
        say(json.dumps(image, indent=2))
    else:
        say(f"Uploaded {printable(name)} {printable(arguments.version)}, {size(total)}: image {image['id']}")
    if arguments.wait:
        return finish(api, product_id, image["id"], timeout=arguments.timeout)
    if arguments.format != "json":
        note(f"Its scan: pellucid wait {product_id} {image['id']}")
    return exit_codes.OK


@contextmanager
def open_regular(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """A regular file opened for reading, and its size in bytes; InvalidRequest says why it cannot be."""
    if not path.is_file():
        why = "is not a regular file" if path.exists() else "does not exist"
        raise InvalidRequest(f"{path} {why}.")
    try:
        stream = path.open("rb")
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}.") from None
    with stream:
        yield stream, path.stat().st_size


class _Counted:
    """A file that tells how much of it has been read; the HTTP client reads it in small pieces."""

    def __init__(self, stream: BinaryIO, advance: Callable[[int], None]) -> None:
        self._stream = stream
        self._advance = advance

    def read(self, length: int = -1) -> bytes:
        chunk = self._stream.read(length)
        self._advance(len(chunk))
        return chunk

    def __getattr__(self, name: str) -> Any:
        # Size and position are asked of the file itself.
        return getattr(self._stream, name)
