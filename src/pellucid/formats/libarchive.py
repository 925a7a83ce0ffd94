"""Archives that libarchive reads (its manual, archive_read(3)): RAR, LHA, xar, cabinets with LZX.

The library is loaded when it is first asked for, in the process that reads: nothing of it is in the others. It sees
the bytes through callbacks, one format at a time is enabled, and no filter.
"""

import ctypes
from collections.abc import Iterator
from functools import cache

from pellucid.domain.entry import EntryKind
from pellucid.errors import Encrypted, Malformed, MissingLibrary, Truncated, Unsupported
from pellucid.formats.member import Member, Members, kind_of
from pellucid.formats.span import PIECE, Chunk, Data, zeros

LIBRARIES = ("libarchive.so.13", "libarchive.so")
OK, EOF, RETRY, WARN, FAILED = 0, 1, -10, -20, -25
MOST_FAILURES = 100
HANDLE = ctypes.c_void_p
READ = ctypes.CFUNCTYPE(ctypes.c_ssize_t, HANDLE, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))
SKIP = ctypes.CFUNCTYPE(ctypes.c_int64, HANDLE, ctypes.c_void_p, ctypes.c_int64)
SEEK = ctypes.CFUNCTYPE(ctypes.c_int64, HANDLE, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int)
SIGNATURES: dict[str, tuple[object, list[object]]] = {
    "archive_version_string": (ctypes.c_char_p, []),
    "archive_read_new": (HANDLE, []),
    "archive_read_free": (ctypes.c_int, [HANDLE]),
    "archive_read_set_read_callback": (ctypes.c_int, [HANDLE, READ]),
    "archive_read_set_skip_callback": (ctypes.c_int, [HANDLE, SKIP]),
    "archive_read_set_seek_callback": (ctypes.c_int, [HANDLE, SEEK]),
    "archive_read_set_callback_data": (ctypes.c_int, [HANDLE, ctypes.c_void_p]),
    "archive_read_open1": (ctypes.c_int, [HANDLE]),
    "archive_read_next_header": (ctypes.c_int, [HANDLE, ctypes.POINTER(HANDLE)]),
    "archive_read_data_block": (
        ctypes.c_int,
        [HANDLE, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_size_t), ctypes.POINTER(ctypes.c_int64)],
    ),
    "archive_error_string": (ctypes.c_char_p, [HANDLE]),
    "archive_entry_is_encrypted": (ctypes.c_int, [HANDLE]),
    "archive_entry_mode": (ctypes.c_uint, [HANDLE]),
    "archive_entry_uid": (ctypes.c_int64, [HANDLE]),
    "archive_entry_gid": (ctypes.c_int64, [HANDLE]),
    "archive_entry_mtime": (ctypes.c_int64, [HANDLE]),
    "archive_entry_mtime_is_set": (ctypes.c_int, [HANDLE]),
}
TEXTS = ("pathname", "symlink", "hardlink")
FORMATS = ("rar", "rar5", "lha", "xar", "cab")
# What its messages say of a failure; it has no codes for it.
ENCRYPTED_WORDS = ("encrypt", "password")
UNSUPPORTED_WORDS = ("unsupported", "not supported", "unavailable")
TRUNCATED_WORDS = ("truncated", "unexpected end")


@cache
def _library() -> ctypes.CDLL:
    failure = ""
    for name in LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError as error:
            failure = failure or str(error)
            continue
        for function, (result, arguments) in SIGNATURES.items():
            _declare(library, function, result, arguments)
        for text in TEXTS:
            _declare(library, f"archive_entry_{text}", ctypes.c_char_p, [HANDLE])
            _declare(library, f"archive_entry_{text}_utf8", ctypes.c_char_p, [HANDLE])
            _declare(library, f"archive_entry_{text}_w", ctypes.c_wchar_p, [HANDLE])
        for form in FORMATS:
            _declare(library, f"archive_read_support_format_{form}", ctypes.c_int, [HANDLE])
        return library
    raise MissingLibrary(f"libarchive is not installed (Debian package libarchive13): {failure}")


def version() -> str:
    """What is installed, such as "libarchive 3.6.2". Raises MissingLibrary."""
    text: bytes = _library().archive_version_string()
    return text.decode("ascii", "backslashreplace")


def _declare(library: ctypes.CDLL, name: str, result: object, arguments: list[object]) -> None:
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments


def members(data: Data, form: str, *, owners: bool = False, modes: bool = True) -> Members:
    """Every entry of the archive in the format `form`, one of FORMATS.

    `owners` and `modes` say whether the format has them: the library makes them up when it has not.

    Raises MissingLibrary. Each member must be read before the next one is asked for.
    """
    reader = _Reader(data, form)
    try:
        failures = 0
        while (entry := reader.next_entry()) is not None:
            if isinstance(entry, Malformed):
                yield entry
                failures += 1
                if reader.fatal or failures >= MOST_FAILURES:
                    return
                continue
            yield reader.member(entry, owners=owners, modes=modes)
            if reader.warning:
                yield reader.warning
    finally:
        reader.close()


class _Source:
    """The callbacks through which the library reads `data`."""

    def __init__(self, data: Data) -> None:
        self._data, self._at = data, 0
        self._piece = b""
        self.callbacks = (READ(self._read), SKIP(self._skip), SEEK(self._seek))

    def _read(self, _archive: object, _client: object, where: "ctypes._Pointer[ctypes.c_void_p]") -> int:
        # The piece must live until the next call: the library reads from it.
        self._piece = self._data[self._at : self._at + PIECE]
        self._at += len(self._piece)
        where[0] = ctypes.cast(ctypes.c_char_p(self._piece), ctypes.c_void_p)
        return len(self._piece)

    def _skip(self, _archive: object, _client: object, length: int) -> int:
        skipped = max(min(length, len(self._data) - self._at), 0)
        self._at += skipped
        return skipped

    def _seek(self, _archive: object, _client: object, offset: int, whence: int) -> int:
        wanted = (0, self._at, len(self._data))[whence] + offset
        self._at = max(min(wanted, len(self._data)), 0)
        return self._at


class _Reader:
    """One archive that is open; `warning` is what the library had to say of the entry at hand."""

    def __init__(self, data: Data, form: str) -> None:
        self._library = _library()
        self._source = _Source(data)
        self._archive: int | None = self._library.archive_read_new()
        self.fatal = False
        self.warning: Malformed | None = None
        if not self._archive:
            raise Malformed("libarchive gives no reader")
        getattr(self._library, f"archive_read_support_format_{form}")(self._archive)
        read, skip, seek = self._source.callbacks
        self._library.archive_read_set_read_callback(self._archive, read)
        self._library.archive_read_set_skip_callback(self._archive, skip)
        self._library.archive_read_set_seek_callback(self._archive, seek)
        # There is no such data, but without this call the library has no place to look for it.
        self._library.archive_read_set_callback_data(self._archive, None)
        if self._library.archive_read_open1(self._archive) < WARN:
            error = self._failure()
            self.close()
            raise error

    def close(self) -> None:
        if self._archive:
            self._library.archive_read_free(self._archive)
            self._archive = None

    def next_entry(self) -> int | Malformed | None:
        """The next entry; None at the end; a failure, after which there may be more unless it is `fatal`."""
        entry = HANDLE()
        status = self._library.archive_read_next_header(self._archive, ctypes.byref(entry))
        self.warning = self._failure() if status == WARN else None
        if status == EOF:
            return None
        if status in (OK, WARN) and entry.value:
            return entry.value
        self.fatal = status not in (RETRY, FAILED)
        return self._failure()

    def member(self, entry: int, *, owners: bool, modes: bool) -> Member | Malformed:
        """The entry at hand."""
        library = self._library
        name = self._text(entry, "pathname")
        if library.archive_entry_is_encrypted(entry):
            return Encrypted(f"{_shown(name)} is encrypted")
        target, mode, kind = self._text(entry, "hardlink"), library.archive_entry_mode(entry), EntryKind.HARDLINK
        if not target:
            try:
                kind = kind_of(mode)
            except Malformed as error:
                return error
            target = self._text(entry, "symlink") if kind is EntryKind.SYMLINK else ""
        return Member(
            name=name,
            kind=kind,
            chunks=self._chunks() if kind is EntryKind.FILE else (),
            target=target,
            mode=mode & 0o7777 if modes else None,
            uid=library.archive_entry_uid(entry) if owners else None,
            gid=library.archive_entry_gid(entry) if owners else None,
            mtime=library.archive_entry_mtime(entry) if library.archive_entry_mtime_is_set(entry) else None,
        )

    def _text(self, entry: int, what: str) -> str | bytes:
        """A name: in UTF-8 if the library can tell it so, else as it stands."""
        for suffix in ("_utf8", "_w", ""):
            text: str | bytes | None = getattr(self._library, f"archive_entry_{what}{suffix}")(entry)
            if text:
                return text
        return ""

    def _chunks(self) -> Iterator[Chunk]:
        """The content of the entry at hand; holes are zeros."""
        buffer, size, offset = ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_int64()
        at = 0
        while True:
            status = self._library.archive_read_data_block(
                self._archive, ctypes.byref(buffer), ctypes.byref(size), ctypes.byref(offset)
            )
            if status == EOF:
                return
            if status not in (OK, WARN):
                raise self._failure()
            if offset.value > at:
                yield from zeros(offset.value - at)
                at = offset.value
            if size.value and buffer.value:
                yield ctypes.string_at(buffer.value, size.value)
            at += size.value

    def _failure(self) -> Malformed:
        """The library's own words, and what kind of failure they are about."""
        text = (self._library.archive_error_string(self._archive) or b"").decode("utf-8", "backslashreplace")
        lower = text.lower()
        for error, words in (
            (Encrypted, ENCRYPTED_WORDS),
            (Unsupported, UNSUPPORTED_WORDS),
            (Truncated, TRUNCATED_WORDS),
        ):
            if any(word in lower for word in words):
                return error(text)
        return Malformed(text or "libarchive cannot read it")


def _shown(name: str | bytes) -> str:
    return (name if isinstance(name, str) else name.decode("utf-8", "backslashreplace"))[:200]
