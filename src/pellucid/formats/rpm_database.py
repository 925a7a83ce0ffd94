"""The database of installed packages of RPM: a header for each, in one of three stores.

Packages (Berkeley DB, until RPM 4.16), Packages.db (ndb, SUSE) and rpmdb.sqlite hold the same headers, without magic
(RPM reference manual, "RPM tags"). The other tables of each are indexes over these.
"""

from collections.abc import Iterator

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import berkeley_db, ndb, sqlite
from pellucid.formats.rpm import header as headers
from pellucid.formats.rpm.header import Header
from pellucid.formats.scattered import Scattered
from pellucid.formats.span import Data

NAME, VERSION, RELEASE, EPOCH = 1000, 1001, 1002, 1003
DISTRIBUTION, VENDOR, LICENCE, PACKAGER, ARCHITECTURE, SOURCE = 1010, 1011, 1014, 1015, 1022, 1044
PROVIDED, NEEDED, NEEDED_FLAGS = 1047, 1049, 1048
OLD_PATHS, STATES, FOLDER_NUMBERS, LAST_NAMES, FOLDERS, MODULE = 1027, 1029, 1116, 1117, 1118, 5096
INSTALLED_STATES = (0, 3)
OF_RPM_ITSELF = 1 << 24
MOST_NEEDS = 20_000
LONGEST_NAME = 256
TABLE = "Packages"
COLUMNS = b"(hnum INTEGER PRIMARY KEY"
# A key, not software: rpm keeps those that it trusts among its packages.
KEYS = "gpg-pubkey"


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """A package; `offset` is that of its name in the file. `epoch` is empty when there is none, or zero.

    `source` is the name of the source package's file, `module` the label of the module stream that it came from.
    """

    offset: int
    name: str
    version: str
    release: str
    epoch: str
    architecture: str
    makers: tuple[str, ...]
    vendor: str
    licence: str
    source: str
    module: str
    needed: tuple[str, ...]
    provided: tuple[str, ...]


def is_database(data: Data) -> bool:
    """Whether this begins like one of the three stores. Two of them may hold anything else."""
    return data[:4] == ndb.MAGIC or data[:16] == sqlite.MAGIC or berkeley_db.is_hash(data)


def is_certain(data: Data) -> bool:
    """Whether it is RPM's even when no package can be read: ndb, or SQLite with the columns of its table."""
    return data[:4] == ndb.MAGIC or (data[:16] == sqlite.MAGIC and COLUMNS in data[: 64 << 10])


def stored(data: Data) -> Iterator[Scattered]:
    """The headers as they lie in the store. Raises Malformed."""
    if data[:4] == ndb.MAGIC:
        yield from ndb.blobs(data)
    elif data[:16] == sqlite.MAGIC:
        for row in sqlite.Database(data).rows(TABLE):
            yield from (value for value in row.values[1:2] if isinstance(value, Scattered))
    else:
        for key, value in berkeley_db.values(data):
            # Key zero counts the packages.
            if len(key) != 4 or any(key):
                yield value


def package(blob: Scattered) -> tuple[Installed, Header] | None:
    """What a stored header says; None for a key. Raises Malformed."""
    header = headers.stored(blob.data)
    found = described(header, blob.offset(header.position(NAME)))
    return (found, header) if found.name != KEYS else None


def described(header: Header, offset: int) -> Installed:
    """The package that a header describes, whose name lies at `offset`. Raises Malformed."""
    name, version, release = (header.text(tag) for tag in (NAME, VERSION, RELEASE))
    if not all(0 < len(item) <= LONGEST_NAME for item in (name, version, release)):
        raise Malformed("a package without name, version and release")
    epoch = next(iter(header.numbers(EPOCH)), 0)
    flags = header.numbers(NEEDED_FLAGS)
    needed = zip(_texts(header, NEEDED), (*flags, *[0] * MOST_NEEDS), strict=False)
    vendor = header.text(VENDOR)[:LONGEST_NAME]
    return Installed(
        offset=offset,
        name=name,
        version=version,
        release=release,
        epoch=str(epoch) if epoch else "",
        architecture=header.text(ARCHITECTURE)[:LONGEST_NAME],
        makers=(vendor, *(header.text(tag)[:LONGEST_NAME] for tag in (PACKAGER, DISTRIBUTION))),
        vendor=vendor,
        licence=header.text(LICENCE)[:LONGEST_NAME],
        source=header.text(SOURCE)[: LONGEST_NAME * 3],
        module=header.text(MODULE)[:LONGEST_NAME],
        needed=tuple(dict.fromkeys(item for item, flag in needed if not flag & OF_RPM_ITSELF)),
        provided=tuple(dict.fromkeys(_texts(header, PROVIDED))),
    )


def paths(header: Header) -> Iterator[str]:
    """The absolute paths of the files that are installed; ends at the first that is not complete."""
    names = header.strings(LAST_NAMES)
    states = header.numbers(STATES)
    if not names:
        yield from (_text(path) for path in header.strings(OLD_PATHS))
        return
    folders = [_text(folder) for folder in header.strings(FOLDERS)]
    for number, (name, folder) in enumerate(zip(names, header.numbers(FOLDER_NUMBERS), strict=False)):
        if folder >= len(folders):
            return
        if number >= len(states) or states[number] in INSTALLED_STATES:
            yield folders[folder] + _text(name)


def source_of(item: Installed) -> tuple[str, str]:
    """Name and version of the source package: `openssl-3.0.7-27.el9.src.rpm`; the package's own where none is named.

    The file's name has no epoch: it is that of the package, which is the same but for a few.
    """
    base = item.source.removesuffix(".rpm").removesuffix(".src").removesuffix(".nosrc")
    name, hyphen, release = base.rpartition("-")
    name, _, version = name.rpartition("-")
    if not name or not version or not hyphen:
        name, version, release = item.name, item.version, item.release
    return name, full_version(item.epoch, version, release)


def full_version(epoch: str, version: str, release: str) -> str:
    """`1:3.0.7-27.el9`, as RPM prints it."""
    return f"{epoch}:{version}-{release}" if epoch else f"{version}-{release}"


def _texts(header: Header, tag: int) -> list[str]:
    return [_text(item) for item in header.strings(tag)[:MOST_NEEDS] if len(item) <= LONGEST_NAME]


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")
