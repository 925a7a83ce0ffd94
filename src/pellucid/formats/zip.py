"""zip archives (PKWARE APPNOTE 6.3.10): their entries with names, modes, links and content."""

from collections.abc import Iterator

from pellucid.domain.entry import EntryKind
from pellucid.errors import Encrypted, Malformed, Truncated, Unsupported
from pellucid.formats import dos_time, zip_directory
from pellucid.formats.member import LONGEST_TARGET, Member, Members, kind_of
from pellucid.formats.span import Chunk, Data
from pellucid.formats.zip_content import METHODS, content, unsupported
from pellucid.formats.zip_directory import ENCRYPTED, UNICODE, Record

UNIX_SYSTEMS = (3, 19)
FOLDER_ATTRIBUTE = 0x10
UNIX_IDS, UNICODE_PATH, TIMESTAMP = 0x7875, 0x7075, 0x5455
WINZIP_ENCRYPTION = 99


def length(data: Data, start: int) -> int:
    """From the first local header to the end record; without one, the entries that follow each other from `start`.

    More than there is when the last of these is cut off.
    """
    first = zip_directory.first_entry(data, start)
    zip_directory.local(data, first)
    try:
        return zip_directory.find_after(data, first).end - start
    except Malformed:
        end = _end_of_entries(data, first)
        if end == first == start:
            raise
        if end == first:
            return len(data) + 1 - start
        return zip_directory.past_directory(data, end) - start


def _end_of_entries(data: Data, start: int) -> int:
    """Where the entries end; `start` when not even the first one is whole and believable."""
    at = start
    try:
        for record, data_at, end in zip_directory.locals_from(data, start):
            if record.method not in METHODS or any(byte < 0x20 for byte in record.name):
                break
            if data_at + record.packed > len(data):
                return at if at == start else data_at + record.packed
            at = end
    except Truncated:
        return at if at == start else len(data) + 1
    except Malformed:
        return at
    return at


def members(data: Data) -> Members:
    """Every entry; what is encrypted is counted, what overlaps another entry is refused."""
    try:
        directory = zip_directory.find(data)
    except Malformed as error:
        yield error
        yield from _without_directory(data)
        return
    records, failure = _listed(zip_directory.central(data, directory))
    refused = _overlapping(records)
    locked = overlaps = 0
    for number, record in enumerate(records):
        if record.flags & ENCRYPTED or record.method == WINZIP_ENCRYPTION:
            locked += 1
        elif number in refused:
            overlaps += 1
        else:
            try:
                _, data_at = zip_directory.local(data, record.header_at)
                yield _member(data, record, data_at)
            except Malformed as error:
                yield type(error)(f"{_name(record)[:200]}: {error.message}")
    if locked:
        yield Encrypted(f"{locked} of {len(records)} entries are encrypted")
    if overlaps:
        yield Malformed(f"{overlaps} entries overlap others and were not unpacked")
    if failure:
        yield failure


def _listed(records: Iterator[Record]) -> tuple[list[Record], Malformed | None]:
    found: list[Record] = []
    try:
        found.extend(records)
    except Malformed as error:
        return found, error
    return found, None


def _without_directory(data: Data) -> Members:
    """What can be read from the entries' own headers."""
    first = zip_directory.first_entry(data, 0)
    if first:
        yield Unsupported("the archive is in several parts: what goes on in another part is cut off")
    for record, data_at, _ in zip_directory.locals_from(data, first):
        if record.flags & ENCRYPTED:
            yield Encrypted(f"{_name(record)[:200]} is encrypted")
        else:
            try:
                yield _member(data, record, data_at)
            except Malformed as error:
                yield type(error)(f"{_name(record)[:200]}: {error.message}")


def _overlapping(records: list[Record]) -> set[int]:
    """Numbers of the records that begin before the data of an earlier one can have ended."""
    refused, end = set(), 0
    for number in sorted(range(len(records)), key=lambda item: records[item].header_at):
        record = records[number]
        if record.header_at < end:
            refused.add(number)
        else:
            end = record.header_at + zip_directory.LOCAL.size + len(record.name) + record.packed
    return refused


def _member(data: Data, record: Record, data_at: int) -> Member:
    if record.method not in METHODS:
        raise unsupported(record.method)
    mode, kind, target = record.attributes >> 16, _kind(record), b""
    if kind is EntryKind.SYMLINK:
        target = _target(content(data, record, data_at))
    uid, gid = _owner(record)
    return Member(
        name=_name(record),
        kind=kind,
        chunks=content(data, record, data_at) if kind is EntryKind.FILE else (),
        target=target,
        mode=mode & 0o7777 if mode and record.system in UNIX_SYSTEMS else None,
        uid=uid,
        gid=gid,
        mtime=_mtime(record),
    )


def _target(chunks: Iterator[Chunk]) -> bytes:
    """What a link points to: all of it, unless it is a bomb that states no size."""
    target = b""
    for chunk in chunks:
        target += chunk
        if len(target) > LONGEST_TARGET:
            raise Malformed("the target of a symbolic link is too long")
    return target


def _kind(record: Record) -> EntryKind:
    """What has content is a file, whatever else is said of it: Info-ZIP calls its standard input a fifo."""
    kind, mode = EntryKind.FILE, record.attributes >> 16
    if record.system in UNIX_SYSTEMS and mode >> 12:
        kind = kind_of(mode)
    if record.name.endswith(b"/") or record.attributes & FOLDER_ATTRIBUTE:
        kind = EntryKind.DIRECTORY
    if kind is EntryKind.SYMLINK and record.size <= LONGEST_TARGET:
        return kind
    return EntryKind.FILE if record.size else kind


def _name(record: Record) -> str:
    """UTF-8 when the archive says so or Unix wrote it, else code page 437; Windows' separators turned round."""
    unicode_path = record.extra.get(UNICODE_PATH, b"")
    if len(unicode_path) > 5:
        return unicode_path[5:].decode("utf-8", "backslashreplace")
    if record.flags & UNICODE or record.system in UNIX_SYSTEMS:
        try:
            return record.name.decode("utf-8")
        except UnicodeDecodeError:
            pass
    name = record.name.decode("cp437")
    return name.replace("\\", "/") if record.system not in UNIX_SYSTEMS and "/" not in name else name


def _owner(record: Record) -> tuple[int | None, int | None]:
    area = record.extra.get(UNIX_IDS, b"")
    if len(area) < 3 or area[0] != 1:
        return None, None
    uid_end = 2 + area[1]
    gid_size = area[uid_end] if uid_end < len(area) else 0
    gid = int.from_bytes(area[uid_end + 1 : uid_end + 1 + min(gid_size, 4)], "little")
    return int.from_bytes(area[2 : min(uid_end, 6)], "little"), gid


def _mtime(record: Record) -> int | None:
    stamp = record.extra.get(TIMESTAMP, b"")
    if len(stamp) >= 5 and stamp[0] & 1:
        return int.from_bytes(stamp[1:5], "little", signed=True)
    return dos_time.seconds(record.date, record.time)
