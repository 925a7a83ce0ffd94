"""local.sqlite of FreeBSD's pkg(8): installed packages, what they need, their files and licences.

The tables are those of libpkg; only the columns that every version has are read.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice

import msgspec

from pellucid.formats.owned_paths import Room
from pellucid.formats.span import Data
from pellucid.formats.sqlite import Database, Value

# Stands in the schema, and hardly anywhere else.
MARK = b"pkg_licenses"
LONGEST = 256
MOST_PACKAGES, MOST_NEEDS = 50_000, 5000
JOINED = {ord("|"): " OR ", ord("&"): " AND "}


class Port(msgspec.Struct, frozen=True, kw_only=True):
    """A package; `offset` is that of its row, `abi` is like "FreeBSD:13:amd64".

    `licences` are the names that ports use, `logic` is what joins them, empty where there is one.
    """

    offset: int
    name: str
    version: str
    abi: str
    licences: tuple[str, ...]
    logic: str
    needs: tuple[str, ...]
    paths: tuple[str, ...]


def ports(data: Data, room: Room) -> Iterator[Port]:
    """The packages, with as many paths as there is `room`. Raises Malformed."""
    database = Database(data)
    rows = list(islice(database.records("packages"), MOST_PACKAGES))
    needs, paths = _grouped(database, "deps", "name"), _grouped(database, "files", "path")
    names = {row.get("id"): _text(row.get("name")) for _, row in database.records("licenses")}
    licences = _grouped(database, "pkg_licenses", "license_id")
    for offset, row in rows:
        number = row.get("id")
        name, version = _text(row.get("name")), _text(row.get("version"))
        if not (0 < len(name) <= LONGEST and 0 < len(version) <= LONGEST):
            continue
        logic = row.get("licenselogic")
        yield Port(
            offset=offset,
            name=name,
            version=version,
            abi=_text(row.get("arch"))[:LONGEST],
            licences=tuple(found for item in licences.get(number, ()) if (found := names.get(item, ""))),
            logic=JOINED.get(logic, "") if isinstance(logic, int) else "",
            needs=tuple(dict.fromkeys(map(_text, needs.get(number, ())[:MOST_NEEDS]))),
            paths=room.take(_text(path) for path in paths.get(number, ())),
        )


def _grouped(database: Database, table: str, column: str) -> Mapping[Value, list[Value]]:
    """The values of a column by the number of the package that they belong to."""
    found: dict[Value, list[Value]] = defaultdict(list)
    for _, row in database.records(table):
        number = row.get("package_id")
        if isinstance(number, int):
            found[number].append(row.get(column))
    return found


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
