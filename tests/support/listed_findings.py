"""Three findings of an image for tests of grids, and how to ask for them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.support.judged import HOLE, KEV, judged
from tests.support.scanned_trees import LIBRARY, ROOT, finding, small_tree, store
from tests.support.stored import Stored, stored_image

from pellucid.domain.access import Caller
from pellucid.domain.finding import FindingType
from pellucid.domain.grid import Filter, GridPage, GridQuery
from pellucid.domain.product_finding import ProductFinding
from pellucid.domain.severity import Severity
from pellucid.domain.vulnerability import Epss
from pellucid.services.grids import Grids
from pellucid.storage.database import Database

NOTES = f"{ROOT}!notes.txt"
WORST = judged(
    replace(
        HOLE,
        name="CVE-1",
        severity=Severity.CRITICAL,
        score=9.8,
        kev=replace(KEV, ransomware=True),
        epss=Epss(probability=0.9),
        maturity=9.5,
    ),
    known_fixed_version="1.37",
    reachability="loaded",
    risk=0.9,
    ssvc_decision="act",
)
MILD = judged(
    replace(HOLE, name="CVE-2", severity=Severity.LOW, score=None, exploits=(), epss=None, maturity=0.0),
    about=(LIBRARY,),
    place=NOTES,
    conditional=True,
    risk=0.1,
    confidence=0.95,
    description="100% of_it",
)
SECRET = replace(
    finding("a key", f"{ROOT}!0x40.squashfs!etc/100%_ä", severity=Severity.HIGH),
    class_="secret",
    type=FindingType.SECRET,
    subtype="key",
    tool="other",
)
FINDINGS = (MILD, WORST, SECRET)


def three_findings(database: Database, tmp_path: Path) -> Stored:
    """An image with a finished scan that has them."""
    stored = stored_image(database, tmp_path)
    store(database, stored.product_id, stored.image.scans[0].id, small_tree(), *FINDINGS)
    return stored


def grid(database: Database, caller: Caller, *filters: tuple[str, str, Any], **more: Any) -> GridPage[ProductFinding]:
    wanted = [Filter(field=field, comparator=comparator, value=value) for field, comparator, value in filters]
    with database.read() as tx:
        return Grids(tx, caller).findings(GridQuery(filters=wanted, **more))


def names(database: Database, caller: Caller, *filters: tuple[str, str, Any], **more: Any) -> list[str]:
    page = grid(database, caller, *filters, **more)
    assert more or page.total == len(page.rows)
    return [row.name for row in page.rows]


def comparing(left: str, right: str, *more: tuple[str, str, Any]) -> tuple[tuple[str, str, Any], ...]:
    return ("compareLeftImageId", "equals", left), ("compareRightImageId", "equals", right), *more
