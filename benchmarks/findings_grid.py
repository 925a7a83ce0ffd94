"""The grid of findings: how long pages take with many findings stored, on SQLite and on PostgreSQL.

    python benchmarks/findings_grid.py [--findings N] [--rounds N] [--only sqlite|postgresql]

A database is filled as storing scans does it: products of 10,000 findings, each in two images, in which most findings
are the same; a tenth is decided on. Each query asks for a page of 10 to 100 rows and for the total, as the API does it,
with all that the fields of a row need. Times are milliseconds of one process on a warm database, of `rounds` runs with
different values; CPU is what this process takes, which is all of it on SQLite.
PostgreSQL is started from Debian's binaries, without TCP, with its own settings but fsync and autovacuum, in whose
place tables are analysed by hand. SQLite plans without statistics, as it does in an installation.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import text
from tests.support.judged import HOLE, judged
from tests.support.postgres import Postgres
from tests.support.scanned_trees import SOFTWARE, small_tree
from tests.support.stored import Stored, another_image, stored_image

from pellucid.domain.access import Caller
from pellucid.domain.finding import Finding, FindingStatus
from pellucid.domain.grid import Filter, GridQuery, Sort
from pellucid.domain.ids import new_id
from pellucid.domain.scan import ScanStateType
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import Epss, Exploit, ExploitKind, KnownExploited, Vulnerability
from pellucid.services.grids import Grids
from pellucid.services.products import Products
from pellucid.storage.database import Database
from pellucid.storage.migration import upgrade
from pellucid.storage.repositories.findings import FindingRepository
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.scans import ScanRepository
from pellucid.storage.rows.finding import FindingRow

PER_PRODUCT, IMAGES, DECIDED = 10_000, 2, 0.1
SEVERITIES = dict(zip(Severity, (5, 20, 45, 24, 6), strict=True))
Query = Callable[[random.Random], GridQuery]


def vulnerability(number: int, dice: random.Random) -> Vulnerability:
    severity = dice.choices([*SEVERITIES], [*SEVERITIES.values()])[0]
    kinds = [kind for kind, share in zip(ExploitKind, (0.1, 0.04, 0.02, 0.01), strict=True) if dice.random() < share]
    return replace(
        HOLE,
        name=f"CVE-{2005 + number % 20}-{10_000 + number}",
        severity=severity,
        score=round(dice.uniform(1, 10), 1),
        description=f"Number {number}. " + "It lets whoever sends a packet do what they like. " * 8,
        epss=Epss(probability=round(dice.random() ** 6, 5), percentile=dice.random(), model="v2025.03.14"),
        kev=KnownExploited(ransomware=dice.random() < 0.3) if dice.random() < 0.01 else None,
        exploits=tuple(Exploit(kind=kind, source="exploitdb", url=f"https://example.org/{number}") for kind in kinds),
        maturity=round(10 * dice.random() ** 3, 1),
    )


def findings(count: int, first: int, dice: random.Random) -> list[Finding]:
    return [
        judged(
            vulnerability(first + number, dice),
            key=f"key {number}",
            confidence=dice.choice([0.3, 0.6, 0.95]),
            risk=dice.random(),
            reachability=dice.choice(["", "", "loaded", "entryPoint"]),
            known_fixed_version="1.37" if dice.random() < 0.6 else "",
            dependency=(f"vendor {number % 50}", f"product {number % 300}", "1.0", f"pkg:generic/p@{number % 300}"),
        )
        for number in range(count)
    ]


def fill(database: Database, folder: Path, total: int) -> Stored:
    dice = random.Random(7)
    stored = stored_image(database, folder, create_scan=False)
    for number in range(max(1, total // PER_PRODUCT)):
        with database.begin() as tx:
            product_id = Products(tx).create(stored.caller, f"product {number}").id
        everything = findings(min(PER_PRODUCT, total), number * PER_PRODUCT, dice)
        for version in range(IMAGES):
            image = another_image(database, stored.caller, product_id, version=str(version))
            seen = [item for item in everything if version == 0 or dice.random() < 0.95]
            tree = replace(small_tree(), dependencies=(SOFTWARE,))
            with database.begin() as tx:
                ScanResultRepository(tx).store(image.scans[0].id, tree, "digest")
                FindingRepository(tx).store(product_id, image.scans[0].id, seen)
                ScanRepository(tx).enter(image.scans[0].id, ScanStateType.DONE)
            if number == version == 0:
                _analyse(database)
    with database.begin() as tx:
        rows = tx.session.query(FindingRow.id).all()
        for (id_,) in dice.sample(rows, int(len(rows) * DECIDED)):
            status = dice.choice([*FindingStatus][1:])
            tx.session.execute(text("UPDATE finding SET status = :to WHERE id = :id"), {"to": status, "id": id_})
    _analyse(database)
    return stored


def _analyse(database: Database) -> None:
    """What PostgreSQL does by itself in time, and SQLite never."""
    if database.is_sqlite:
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def queries(products: Sequence[str], images: Sequence[tuple[str, str]]) -> dict[str, Query]:
    def where(*filters: tuple[str, str, Any]) -> list[Filter]:
        return [Filter(field=field, comparator=comparator, value=value) for field, comparator, value in filters]

    def by(field: str) -> list[Sort]:
        return [Sort(field=field, descending=True)]

    def product(dice: random.Random) -> tuple[str, str, Any]:
        return ("productId", "equals", dice.choice(products))

    def sides(dice: random.Random) -> list[Filter]:
        left, right = dice.choice(images)
        return where(
            ("compareLeftImageId", "equals", left),
            ("compareRightImageId", "equals", right),
            ("comparison.status", "in", ["found"]),
            ("findingStatus", "in", ["new", "in progress"]),
        )

    severe = ("severity", "in", ["critical", "high"])
    return {
        "first page of everything": lambda _: GridQuery(),
        "everything by EPSS": lambda _: GridQuery(sort=by("epssProbability")),
        "everything by CVSS, page 40 of 50": lambda _: GridQuery(sort=by("cvssLatestBaseScore"), offset=2000, size=50),
        "new and severe, by risk": lambda _: GridQuery(
            filters=where(severe, ("findingStatus", "equals", "new")), sort=by("riskScore"), size=50
        ),
        "exploited (KEV), by time": lambda _: GridQuery(
            filters=where(("isKev", "equals", True)), sort=by("createTime"), size=50
        ),
        "exploit known, reachable, fix known": lambda _: GridQuery(
            filters=where(
                ("exploitabilityPredicates", "overlaps", ["publicExploit", "weaponizedExploit"]),
                ("isReachable", "equals", True),
                ("hasKnownFix", "equals", True),
            ),
            sort=by("emsScore"),
            size=50,
        ),
        "EPSS between, by name": lambda dice: GridQuery(
            filters=where(("epssProbability", "between", [dice.uniform(0.1, 0.6), None])), sort=by("name"), size=50
        ),
        "name contains": lambda dice: GridQuery(filters=where(("name", "contains", str(dice.randrange(100, 999))))),
        "one CVE": lambda dice: GridQuery(
            filters=where(("vulnId", "equals", vulnerability(dice.randrange(100), random.Random(1)).name))
        ),
        "a product, by severity, page of 100": lambda dice: GridQuery(
            filters=where(product(dice)), sort=by("severity"), size=100
        ),
        "a product, severe, not decided": lambda dice: GridQuery(
            filters=where(product(dice), severe, ("findingStatus", "equals", "new")), sort=by("cvssLatestBaseScore")
        ),
        "an image, severe, by EPSS": lambda dice: GridQuery(
            filters=where(("imageId", "equals", dice.choice(images)[1]), severe), sort=by("epssProbability"), size=50
        ),
        "two images compared (the gate)": lambda dice: GridQuery(filters=sides(dice), sort=by("severity"), size=100),
        "a dependency, by name": lambda dice: GridQuery(
            filters=where(("dependencyName", "equals", f"product {dice.randrange(300)}")), sort=by("severity"), size=50
        ),
    }


def measure(database: Database, caller: Caller, rounds: int) -> Iterator[tuple[str, list[float], float, int]]:
    with database.read() as tx:
        products = list(tx.session.scalars(text("SELECT id FROM product WHERE name LIKE 'product %'")))
        rows = tx.session.execute(text("SELECT product_id, id FROM image ORDER BY id")).all()
    of: dict[str, list[str]] = {}
    for product_id, image_id in rows:
        of.setdefault(product_id, []).append(image_id)
    images = [(found[-2], found[-1]) for product_id, found in of.items() if product_id in products]
    for name, query in queries(products, images).items():
        dice, times, total, used = random.Random(3), [], 0, 0.0
        for number in range(rounds + 2):
            wanted = query(dice)
            before, cpu = time.perf_counter(), time.process_time()
            with database.read() as tx:
                total = Grids(tx, caller).findings(wanted).total
            if number >= 2:
                times.append((time.perf_counter() - before) * 1000)
                used += (time.process_time() - cpu) * 1000
        yield name, sorted(times), used / rounds, total


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Database]:
    if kind == "sqlite":
        database = Database(f"sqlite:///{folder / 'pellucid.db'}")
        upgrade(database)
        yield database
        database.close()
        return
    with Postgres() as server:
        name = f"grid_{new_id().lower()}"
        server.create(name)
        database = Database(server.url(name))
        upgrade(database)
        yield database
        database.close()


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--findings", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    arguments = parser.parse_args()
    for kind in [arguments.only] if arguments.only else ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory() as temporary, opened(kind, Path(temporary)) as database:
            before = time.monotonic()
            stored = fill(database, Path(temporary), arguments.findings)
            print(f"{kind}: {arguments.findings:,} findings stored in {time.monotonic() - before:.0f} s")
            print(f"{'query':<40}{'total':>9}{'p50 ms':>9}{'p95 ms':>9}{'CPU ms':>9}")
            for name, times, used, total in measure(database, stored.caller, arguments.rounds):
                p50, p95 = times[len(times) // 2], times[max(0, int(len(times) * 0.95) - 1)]
                print(f"{name:<40}{total:>9,}{p50:>9.1f}{p95:>9.1f}{used:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
