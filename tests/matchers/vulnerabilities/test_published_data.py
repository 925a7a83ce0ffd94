"""A cross-check with published data of NVD: only with PELLUCID_VULNDATA, a folder of them.

expected/nvd_reference_matches.tsv was made by a matcher that compares versions and knows one name for each product; it
is no oracle. What differs is explained here.
"""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.matchers.inventories import Judged, inventory, upstream

from pellucid.advisories.feeds import feeds
from pellucid.advisories.fetching.importing import recognised, take_in
from pellucid.advisories.fetching.protocol import Unwatched
from pellucid.advisories.store.index import StoreIndex
from pellucid.advisories.store.store import Store
from pellucid.domain.finding import Finding

FOLDER = Path(os.environ.get("PELLUCID_VULNDATA", ""))
pytestmark = [
    pytest.mark.vulndata,
    pytest.mark.skipif(not os.environ.get("PELLUCID_VULNDATA"), reason="PELLUCID_VULNDATA is not set"),
]
# Expected there, and not found here.
LESS = {
    ("net-snmp", "CVE-2014-2285"): "up to 5.7.3.pre1, which is before 5.7.3",
}
REJECTED = {("nginx", "CVE-2022-3638")}
SURE = 0.2


@pytest.fixture(scope="module")
def index() -> Iterator[StoreIndex]:
    store = Store.in_memory()
    found, unknown = recognised(feeds(), FOLDER / "nvd")
    assert found
    assert all(path.suffix != ".gz" or "PROVENANCE" in path.name for path in unknown)
    take_in(found, store, Unwatched())
    yield StoreIndex(store)
    store.close()


def rows() -> list[dict[str, str]]:
    with (FOLDER / "expected/nvd_reference_matches.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def is_explained(index: StoreIndex, finding: Finding, row: dict[str, str]) -> bool:
    """By what publishers of CVEs state where NVD does not, or by another name of the product."""
    if any("publisher of the CVE" in reason.note for reason in finding.reasons):
        return True
    name = f"{row['vendor']}:{row['product']}"
    said = index.about([(part, name) for part in ("cpe:a", "cpe:o")])
    return not any(item.vulnerability == finding.name for items in said.values() for item in items)


def test_what_a_naive_matcher_finds_is_found(index: StoreIndex) -> None:
    expected = found = 0
    missing: set[tuple[str, str]] = set()
    unexplained: set[tuple[str, str, str]] = set()
    for row in rows():
        names = {name for name in row["cves(strong)"].split(",") if name}
        every = Judged(index, inventory(upstream(row["product"], row["version"], row["vendor"]))).findings
        expected += len(names)
        found += len(names & {item.name for item in every})
        missing |= {(row["product"], name) for name in names - {item.name for item in every}}
        sure = [item for item in every if item.confidence > SURE and not item.conditional and item.name not in names]
        unexplained |= {
            (row["product"], row["version"], item.name) for item in sure if not is_explained(index, item, row)
        }
    assert expected > 2400
    assert missing <= set(LESS) | REJECTED
    assert found == expected - len(missing)
    assert unexplained == set()


def test_versions_that_all_mean_and_conditions_are_weak_or_conditional(index: StoreIndex) -> None:
    for row in rows():
        if row["vendor"] == "linux":
            continue
        every = Judged(index, inventory(upstream(row["product"], row["version"], row["vendor"]))).findings
        unsure = [item for item in every if item.confidence <= SURE or item.conditional]
        assert len(unsure) >= int(row["weak_all_versions"]), row["product"]
