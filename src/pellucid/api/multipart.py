"""Forms with one file in them, read as they arrive (multipart/form-data, RFC 7578 and RFC 2046 section 5.1).

The file's bytes are handed on as views of the chunks they came in: nothing is copied and nothing kept, so memory does
not depend on their number. Parts may stand in any order; their count, headers and texts are bounded.
"""

from collections.abc import Callable

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from pellucid.errors import Detail, InvalidRequest

FILE_PART = "file"
MOST_PARTS = 100
MOST_HEADERS = 16
LONGEST_HEADER = 4096
LONGEST_TEXT = 64 << 10
LONGEST_BOUNDARY = 70  # RFC 2046
FIRST_LINE = 256
BLOCK_BYTES = 1 << 20
BLOCK_PIECES = 1024
UNCODED = frozenset({"", "7bit", "8bit", "binary"})
MEDIA_TYPE = "multipart/form-data"


def boundary_of(content_type: str) -> bytes:
    """The boundary that the header names; b"" when it names none."""
    _, options = parse_options_header(content_type)
    return options.get(b"boundary", b"")


def sniffed_boundary(body: bytes) -> bytes:
    """The boundary that the first line of a body shows, for clients that write the header by hand; b"" if none does.

    The line may close a form that is empty.
    """
    line, end, _ = body.lstrip(b"\r\n").partition(b"\r\n")
    if not line.startswith(b"--") or not end:
        return b""
    return line[2:].rstrip(b" \t").removesuffix(b"--")


class Block:
    """Bytes that wait to be written: views of the chunks they came in, so that nothing is copied."""

    def __init__(self) -> None:
        self._views: list[memoryview] = []
        self._size = 0

    @property
    def is_full(self) -> bool:
        """Enough to be worth a write, in bytes or, for a client that sends crumbs, in pieces."""
        return self._size >= BLOCK_BYTES or len(self._views) >= BLOCK_PIECES

    def add(self, view: memoryview) -> None:
        self._views.append(view)
        self._size += view.nbytes

    def take(self) -> list[memoryview]:
        views, self._views, self._size = self._views, [], 0
        return views


class FormReader:
    """Takes a body in chunks. `texts` has the text parts; the file's bytes wait in `block` until they are fetched.

    `on_file` is told the file's name ("" if it has none) before its first byte. All methods raise InvalidRequest.
    """

    def __init__(self, boundary: bytes, on_file: Callable[[str], None]) -> None:
        if not 1 <= len(boundary) <= LONGEST_BOUNDARY:
            raise _broken(f"a boundary has 1 to {LONGEST_BOUNDARY} characters", "Content-Type")
        self.texts: dict[str, str] = {}
        self.has_file = False
        self.block = Block()
        self._on_file = on_file
        self._parts = 0
        self._ended = False
        self._headers: dict[bytes, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._name = ""
        self._text: bytearray | None = None
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_part,
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._part_end,
                "on_end": self._end,
            },
            max_header_count=MOST_HEADERS,
            max_header_size=LONGEST_HEADER,
        )

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _broken(str(error)) from error

    def finish(self) -> None:
        """To be called at the end of the body: a form without its closing delimiter was cut off."""
        if not self._ended:
            raise _broken("it ends before its closing delimiter")

    def _part_begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise _broken(f"it has more than {MOST_PARTS} parts")
        self._headers = {}
        self._text = None

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _header_part(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise _broken("a part has no name: each needs a header Content-Disposition: form-data with one")
        self._name = _decoded(options[b"name"])
        encoding = self._headers.get(b"content-transfer-encoding", b"").decode("latin-1").strip().lower()
        if encoding not in UNCODED:
            raise _broken(f"Content-Transfer-Encoding {encoding[:40]} is not possible: send the bytes as they are")
        if self._name == FILE_PART:
            self._begin_file(_decoded(options.get(b"filename", b"")))
        elif b"filename" in options:
            raise _broken(f"a file must be the part {FILE_PART!r}, not {self._name[:100]!r}", FILE_PART)
        else:
            self._text = bytearray()

    def _begin_file(self, filename: str) -> None:
        if self.has_file:
            raise _broken("there is more than one file", FILE_PART)
        self.has_file = True
        self._on_file(filename)

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._text is None:
            self.block.add(memoryview(data)[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > LONGEST_TEXT:
            raise _broken(f"a text may have {LONGEST_TEXT} bytes", self._name[:100])

    def _part_end(self) -> None:
        if self._text is None:
            return
        try:
            self.texts[self._name] = self._text.decode()
        except UnicodeDecodeError as error:
            raise _broken("a text must be UTF-8", self._name[:100]) from error

    def _end(self) -> None:
        self._ended = True


def _decoded(text: bytes) -> str:
    """Names as today's clients write them (UTF-8), or else as old ones did (Latin-1)."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _broken(reason: str, field: str = "body") -> InvalidRequest:
    return InvalidRequest(f"The form cannot be read: {reason}.", details=[Detail(reason=reason, field=field)])
