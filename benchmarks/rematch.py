"""Matching again: stored images against changed advisories, on SQLite and on PostgreSQL.

    python benchmarks/rematch.py [--images N] [--dependencies N] [--changed N] [--only sqlite|postgresql]

A fleet is stored as scans store it: each image has its dependencies out of a pool of some thousand, half of them
packages of Debian, the others recognised from their bytes; about each product several advisories are known. All images
are judged once. Then `changed` advisories change (half of them: another range, the others: known to be exploited), and
the job that an update queues brings the fleet up to date. Seconds of one process.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.support.postgres import Postgres
from tests.support.stored import another_image, stored_image

from pellucid.advisories.feed import RawRecord
from pellucid.blobs.local import LocalBlobs
from pellucid.domain.dependency import Dependency
from pellucid.domain.entry import Entry
from pellucid.domain.evidence import Evidence
from pellucid.domain.image import ImageCounts
from pellucid.domain.place import ScannedArtefact, ScannedPlace
from pellucid.domain.scan import ScanStateType
from pellucid.domain.scan_result import ScanResult
from pellucid.domain.severity import Severity
from pellucid.domain.statement import AdvisoryRecord, Affected
from pellucid.domain.version_range import VersionRange
from pellucid.domain.vulnerability import KnownExploited, Rating
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.messages import Welcome
from pellucid.pipeline.pool import Pool
from pellucid.pipeline.scratch import Scratch
from pellucid.services.advisories import Advisories, open_store
from pellucid.services.products import Products
from pellucid.services.rematch_queue import REMATCH_JOB, queue_rematch
from pellucid.services.rematching import rematch
from pellucid.services.scan_jobs import Workshop
from pellucid.services.vault import Vault
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.migration import upgrade
from pellucid.storage.repositories.content_results import DatabaseCache
from pellucid.storage.repositories.jobs import Job, Jobs
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.repositories.scans import ScanRepository

PRODUCTS, VERSIONS, ADVISORIES = 1500, 4, 8
# Most of what is known about a product is about versions that nobody has any more.
FIXED = (0, 0, 0, 0, 0, 0, 1, 2)
PER_PRODUCT = 20


def dependency(number: int, version: int) -> Dependency:
    text = f"1.{version}.0"
    seen = Evidence(artefact="router.bin", offset=number, seen=f"p{number} {text}")
    if number % 2:
        return Dependency(
            vendor="debian",
            product=f"p{number}",
            version=f"{text}-1",
            purl=f"pkg:deb/debian/p{number}@{text}-1",
            confidence=1.0,
            evidence=(seen,),
            ecosystem="Debian:12",
            source_name=f"p{number}",
            source_version=f"{text}-1",
        )
    return Dependency(
        vendor="maker",
        product=f"p{number}",
        version=text,
        purl=f"pkg:generic/p{number}@{text}",
        confidence=0.9,
        evidence=(seen,),
        cpe=f"cpe:2.3:a:maker:p{number}:{text}:*:*:*:*:*:*:*",
    )


def advisory(number: int, order: int, fixed: int) -> AdvisoryRecord:
    subject = ("Debian:12", f"p{number}") if number % 2 else ("cpe:a", f"maker:p{number}")
    until = f"1.{fixed}.0-1" if number % 2 else f"1.{fixed}.0"
    return AdvisoryRecord(
        id=f"CVE-{2010 + order}-{10_000 + number}",
        description=f"A hole in p{number}. " * 10,
        published=datetime(2010 + order, 1, 1, tzinfo=UTC),
        ratings=(Rating(source="nvd@nist.gov", version="3.1", score=7.5, word=Severity.HIGH, is_primary=True),),
        affected=(Affected(subject=subject, ranges=(VersionRange(fixed=until),)),),
    )


def take(settings: Settings, source: str, records: Iterator[AdvisoryRecord]) -> None:
    store = open_store(settings)
    raw = (RawRecord(id=record.id, raw=repr(record).encode(), record=record) for record in records)
    store.merge(source, source, raw, {}, checked=datetime.now(UTC))
    store.close()


def fill(database: Database, folder: Path, images: int, dependencies: int, dice: random.Random) -> None:
    stored = stored_image(database, folder)
    product = stored.product_id
    now = datetime.now(UTC)
    root = ScannedArtefact(path="router.bin", sha256="ab" * 32, size=7, kind="elf")
    place = ScannedPlace(parent=-1, entry=Entry(name="router.bin", size=7), artefact=root)
    for number in range(images):
        if number and not number % PER_PRODUCT:
            with database.begin() as tx:
                product = Products(tx).create(stored.caller, f"router {number}", "").id
        image = another_image(database, stored.caller, product, version=f"v{number}")
        chosen = dice.sample(range(PRODUCTS), dependencies)
        result = ScanResult(
            filename="router.bin",
            size=7,
            sha256="ab" * 32,
            started=now,
            finished=now,
            counts=ImageCounts(),
            artefacts=(root,),
            places=(place,),
            dependencies=tuple(dependency(item, dice.randrange(VERSIONS)) for item in chosen),
        )
        (scan,) = image.scans
        with database.begin() as tx:
            ScanResultRepository(tx).store(scan.id, result, "none")
            ScanRepository(tx).enter(scan.id, ScanStateType.DONE)


def workshop(database: Database, settings: Settings) -> Workshop:
    return Workshop(
        database=database,
        settings=settings,
        vault=Vault(settings.data_dir / "keys"),
        blobs=LocalBlobs(settings.data_dir),
        scratch=lambda: nullcontext(Scratch(settings.data_dir / "scratch")),
        cache=DatabaseCache(database),
        pool=Pool(1, work=settings.data_dir / "work", welcome=Welcome(memory=1 << 30, file_size=1 << 30)),
        budget=Budget(),
        advisories=Advisories(settings).current,
    )


def run(database: Database, settings: Settings) -> float:
    """Seconds of one job."""
    with database.begin() as tx:
        queue_rematch(tx)
    with database.begin() as tx:
        job = _claimed(Jobs(tx))
    before = time.perf_counter()
    rematch(workshop(database, settings), job)
    return time.perf_counter() - before


def _claimed(jobs: Jobs) -> Job:
    while job := jobs.claim("benchmark/0/", 3600):
        if job.kind == REMATCH_JOB:
            return job
    raise SystemExit("there is no job to match again")


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'pellucid.db'}"
        return
    with Postgres() as server:
        server.create("fleet")
        yield server.url("fleet")


def measure(kind: str, arguments: argparse.Namespace) -> None:
    dice = random.Random(1)
    with tempfile.TemporaryDirectory() as name, databases(kind, Path(name)) as url:
        settings = replace(Settings(), data_dir=Path(name), database_url=url if kind == "postgresql" else "")
        database = Database(url)
        upgrade(database)
        started = time.perf_counter()
        fill(database, Path(name), arguments.images, arguments.dependencies, dice)
        take(
            settings,
            "nvd",
            (advisory(item, order, dice.choice(FIXED)) for item in range(PRODUCTS) for order in range(ADVISORIES)),
        )
        print(f"{kind:11} filled in {time.perf_counter() - started:7.1f} s", flush=True)
        first = run(database, settings)
        print(f"{kind:11} first judgement of all images     {first:7.1f} s", flush=True)
        chosen = [(dice.randrange(PRODUCTS), dice.randrange(ADVISORIES)) for _ in range(arguments.changed)]
        half = len(chosen) // 2
        take(settings, "nvd", (advisory(*item, dice.choice((1, 2, 3))) for item in chosen[:half]))
        exploited = (
            AdvisoryRecord(id=advisory(*item, 0).id, kev=KnownExploited()) for item in dict.fromkeys(chosen[half:])
        )
        take(settings, "kev", exploited)
        print(
            f"{kind:11} {arguments.changed:,} advisories changed         {run(database, settings):7.1f} s", flush=True
        )
        take(settings, "nvd", iter([advisory(PRODUCTS + 1, 0, 0)]))
        print(f"{kind:11} one advisory on what nobody has    {run(database, settings):7.1f} s", flush=True)
        with database.read() as tx:
            rows = ("finding", "occurrence", "escalation")
            counts = [tx.session.connection().exec_driver_sql(f"SELECT count(*) FROM {row}").scalar() for row in rows]
        print(f"{kind:11} " + ", ".join(f"{count:,} {row}s" for row, count in zip(rows, counts, strict=True)))
        database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--dependencies", type=int, default=300)
    parser.add_argument("--changed", type=int, default=1000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    arguments = parser.parse_args()
    for kind in (arguments.only,) if arguments.only else ("sqlite", "postgresql"):
        measure(kind, arguments)


if __name__ == "__main__":
    main()
