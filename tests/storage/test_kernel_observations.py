"""What is known of how kernels were built is stored, and matching again has it."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import cast

from sqlalchemy import select
from tests.matchers.inventories import seen, upstream
from tests.support.scanned_trees import BUSYBOX, small_tree, store
from tests.support.statements import EVERY, Statements, cpe, known
from tests.support.stored import stored_image

from pellucid.advisories.store.index import StoreIndex
from pellucid.blobs.local import LocalBlobs
from pellucid.domain.observation import Observation, ObservationKind
from pellucid.matchers.vulnerabilities.kernels import OBSERVED
from pellucid.pipeline.budget import Budget
from pellucid.pipeline.messages import Welcome
from pellucid.pipeline.pool import Pool
from pellucid.pipeline.scratch import Scratch
from pellucid.services.rematch_queue import queue_rematch
from pellucid.services.rematching import rematch
from pellucid.services.scan_jobs import Workshop
from pellucid.services.vault import Vault
from pellucid.settings import Settings
from pellucid.storage.database import Database
from pellucid.storage.repositories.content_results import DatabaseCache
from pellucid.storage.repositories.jobs import Jobs
from pellucid.storage.repositories.scan_results import ScanResultRepository
from pellucid.storage.rows.finding import OccurrenceRow
from pellucid.storage.rows.job import JobRow

CVE = "CVE-2024-0001"
UNSAFE = Observation(
    kind=ObservationKind.UNSAFE_FUNCTION,
    name="gets",
    evidence=seen(artefact=BUSYBOX),
    calls=3,
    sites=(replace(seen(artefact=BUSYBOX), attributes=(("address", "0x400"), ("caller", "main"))),),
)
CONFIG = Observation(
    kind=ObservationKind.KERNEL_OPTIONS,
    name="5.10.1",
    note="BT=n USB=m",
    evidence=seen("# Linux/arm 5.10.1", "router.bin!boot/config-5.10.1-acme"),
)
KERNEL = Observation(kind=ObservationKind.KERNEL, name="5.10.1-acme", evidence=seen(artefact="router.bin!boot/vmlinux"))
OTHER = replace(KERNEL, name="5.10.1-rescue")


class Index(Statements):
    """Of which nobody knows what has changed."""

    def changed_since(self, digest: str) -> None:
        assert digest == "digest"


def judged_again(database: Database, folder: Path, *observations: Observation) -> list[str]:
    """The reachability of what is found when a stored inventory is matched again."""
    stored = stored_image(database, folder)
    scan = stored.image.scans[0].id
    result = replace(
        small_tree(), dependencies=(upstream("linux_kernel", "5.10.1", "linux"),), observations=observations
    )
    store(database, stored.product_id, scan, result)
    about = known(CVE, description="A use after free in net/bluetooth/l2cap_core.c in the Linux kernel.")
    index = Index(cpe(CVE, "linux:linux_kernel", EVERY, part="o"), known=[about])
    workshop = Workshop(
        database=database,
        settings=Settings(data_dir=folder),
        vault=Vault(folder / "keys"),
        blobs=LocalBlobs(folder),
        scratch=lambda: nullcontext(Scratch(folder / "scratch")),
        cache=DatabaseCache(database),
        pool=Pool(1, work=folder / "work", welcome=Welcome(memory=1 << 30, file_size=1 << 30)),
        budget=Budget(),
        advisories=lambda: (cast("StoreIndex", index), "new"),
    )
    with database.begin() as tx:
        tx.session.query(JobRow).delete()
        queue_rematch(tx)
    with database.begin() as tx:
        job = Jobs(tx).claim("n/0/", 60)
    assert job is not None
    rematch(workshop, job)
    with database.read() as tx:
        return list(tx.session.scalars(select(OccurrenceRow.reachability).where(OccurrenceRow.scan_id == scan)))


def test_observations_of_a_kind_come_back(database: Database, tmp_path: Path) -> None:
    stored = stored_image(database, tmp_path)
    scan = stored.image.scans[0].id
    store(database, stored.product_id, scan, replace(small_tree(), observations=(UNSAFE, CONFIG, KERNEL, OTHER)))
    with database.read() as tx:
        results = ScanResultRepository(tx)
        assert results.observations(scan, *OBSERVED) == [CONFIG, KERNEL, OTHER]
        assert results.observations(scan, ObservationKind.UNSAFE_FUNCTION) == [UNSAFE]
        assert results.observations("0" * 26, *OBSERVED) == []


def test_matching_again_knows_how_kernels_were_built(database: Database, tmp_path: Path) -> None:
    assert judged_again(database, tmp_path, UNSAFE, CONFIG, KERNEL) == ["unreachable"]


def test_matching_again_knows_of_kernels_without_a_configuration(database: Database, tmp_path: Path) -> None:
    assert judged_again(database, tmp_path, CONFIG, KERNEL, OTHER) == [""]
