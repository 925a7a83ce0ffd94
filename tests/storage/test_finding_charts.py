"""Charts of findings on both databases: groups, days, origins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from tests.support.judged import HOLE, judged
from tests.support.listed_findings import three_findings
from tests.support.scanned_trees import small_tree, store
from tests.support.stored import Stored, another_image

from pellucid.domain.finding import FindingStatus
from pellucid.domain.grid import ChartQuery, Filter
from pellucid.services.charts import Charts
from pellucid.storage.database import Database
from pellucid.storage.repositories.finding_states import FindingStateRepository
from pellucid.storage.rows.finding import FindingRow

TODAY = datetime.now(UTC).date()


@pytest.fixture
def stored(database: Database, tmp_path: Path) -> Stored:
    return three_findings(database, tmp_path)


def rows(database: Database, stored: Stored, chart: str, *fields: str, **more: Any) -> list[tuple[Any, ...]]:
    """The values of the fields, and the count."""
    with database.read() as tx:
        found = getattr(Charts(tx, stored.caller), chart)(ChartQuery(fields=fields, **more))
    return [(*(row.values.get(name) for name in fields), row.count) for row in found]


def test_findings_are_counted_by_their_values(database: Database, stored: Stored) -> None:
    assert rows(database, stored, "findings") == [(3,)]
    severities = rows(database, stored, "findings", "severity", "type")
    assert sorted(severities) == [
        ("critical", "dependencyVulnerability", 1),
        ("high", "secret", 1),
        ("low", "dependencyVulnerability", 1),
    ]
    predicates = rows(database, stored, "findings", "exploitabilityPredicates")
    assert predicates == [([], 2), (["kev", "ransomware", "publicPoc"], 1)]
    assert sorted(rows(database, stored, "findings", "secret.kind"), key=str) == [("key", 1), (None, 2)]
    assert rows(database, stored, "findings", "productName", "date")[0][1:] == (TODAY.isoformat(), 3)
    sets = [[Filter(field="severity", comparator="equals", value=word)] for word in ("low", "high")]
    assert rows(database, stored, "findings", filter_sets=sets) == [(2,)]


def test_ages_are_in_groups(database: Database, stored: Stored) -> None:
    for name, days in (("CVE-1", 8), ("CVE-2", 400)):
        with database.begin() as tx:
            day = (TODAY - timedelta(days=days)).isoformat()
            tx.session.execute(update(FindingRow).where(FindingRow.name == name).values(day=day))
    assert sorted(rows(database, stored, "findings", "age")) == [("0-7", 1), ("366+", 1), ("8-30", 1)]


def test_open_findings_by_day(database: Database, stored: Stored) -> None:
    """One was made four days ago and closed two days ago, at an hour at which it is another day elsewhere."""
    with database.begin() as tx:
        made = (TODAY - timedelta(days=4)).isoformat()
        closed = datetime.combine(TODAY - timedelta(days=2), datetime.min.time(), UTC) + timedelta(minutes=1)
        values = {"day": made, "status": FindingStatus.REMEDIATED, "status_time": closed}
        tx.session.execute(update(FindingRow).where(FindingRow.name == "CVE-1").values(**values))
    trend = rows(database, stored, "findings_trend", "date")
    assert len(trend) == 30
    assert [count for _, count in trend[-6:]] == [0, 1, 1, 0, 0, 2]
    span = [(TODAY - timedelta(days=number)).isoformat() for number in (3, 0)]
    days = Filter(field="date", comparator="between", value=span)
    assert rows(database, stored, "findings_trend", "date", "severity", filters=[days]) == [
        (span[0], "critical", 1),
        (span[1], "high", 1),
        (span[1], "low", 1),
    ]
    assert rows(database, stored, "findings_trend") == [(2,)]


def test_what_is_opened_again_counts(database: Database, stored: Stored) -> None:
    with database.begin() as tx:
        finding_id = tx.session.query(FindingRow.id).where(FindingRow.name == "CVE-2").one()[0]
        for status in (FindingStatus.REJECTED, FindingStatus.NEW):
            FindingStateRepository(tx).enter(finding_id, status, author=stored.caller.user)
    assert rows(database, stored, "findings_trend") == [(3,)]


def test_origins(database: Database, stored: Stored) -> None:
    other = another_image(database, stored.caller, stored.product_id, version="2").scans[0].id
    more = [judged(replace(HOLE, name=f"CVE-{number}", maturity=float(number))) for number in (3, 4)]
    store(database, stored.product_id, other, small_tree(), *more)
    assert rows(database, stored, "provenances", "vendor", "product", "vulnerabilitiesCount", "medianEmsScore") == [
        ("busybox", "busybox", 3, 4.0, 3),
        ("openssl", "openssl", 1, 0.0, 1),
    ]
    assert rows(database, stored, "provenances") == [(4,)]
    low = Filter(field="severity", comparator="equals", value="medium")
    assert rows(database, stored, "provenances", filters=[low]) == [(0,)]
