"""Real data of NVD, Anchore, CISA and FIRST, as counted by its README.md: only with PELLUCID_VULNDATA."""

import json
import os
import re
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pellucid.advisories.feed import Feed
from pellucid.advisories.feeds import anchore, epss, kev, nvd
from pellucid.domain.statement import AdvisoryRecord, Subject
from pellucid.domain.vulnerability import Rating, VulnerabilityState

FOLDER = Path(os.environ.get("PELLUCID_VULNDATA", ""))
pytestmark = [
    pytest.mark.vulndata,
    pytest.mark.skipif(not os.environ.get("PELLUCID_VULNDATA"), reason="PELLUCID_VULNDATA is not set"),
]
COLON = re.compile(r"(?<!\\):")
NATIVE, CONVERTED, UPSTREAM = "nvd", "nvd/converted-from-1.1", "nvd/upstream-unmodified"


def _understood(feed: Feed, path: Path) -> Iterator[tuple[AdvisoryRecord, bytes]]:
    for item in feed.read(path):
        assert not item.fault, item
        assert item.record
        assert feed.normalise(feed.name, item.raw) == item.record
        yield item.record, item.raw


def _of_nvd(folder: str) -> Iterator[tuple[AdvisoryRecord, dict[str, Any]]]:
    for path in sorted((FOLDER / folder).glob("*.json.gz")):
        with path.open("rb") as file:
            assert nvd.FEED.recognise(path, file.read(4096)) == "nvd"
        for record, raw in _understood(nvd.FEED, path):
            yield record, json.loads(raw)["cve"]


@pytest.mark.parametrize(("folder", "count"), [(NATIVE, 7531), (CONVERTED, 11163), (UPSTREAM, 1555 + 4691 + 2286)])
def test_all_records_of_nvd(folder: str, count: int) -> None:
    rejected = [record.state is VulnerabilityState.REJECTED for record, cve in _of_nvd(folder)]

    assert len(rejected) == count


def test_vulnerabilities_of_each_product() -> None:
    """PRODUCTS.tsv: part, vendor, product, CVEs, CVEs in native files, CVEs in converted ones."""
    rows = [line.split("\t") for line in (FOLDER / "nvd/PRODUCTS.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    expected = {(f"cpe:{part}", f"{vendor}:{name}"): [int(n), int(c)] for part, vendor, name, _, n, c in rows}
    counted: defaultdict[Subject, list[int]] = defaultdict(lambda: [0, 0])
    for index, folder in enumerate((NATIVE, CONVERTED)):
        for record, cve in _of_nvd(folder):
            for subject in {item.subject for item in record.affected if cve.get("configurations")}:
                counted[subject][index] += 1

    assert len(expected) == 454
    assert {subject: counted[subject] for subject in expected} == expected


def _shapes_of_raw(cve: dict[str, Any]) -> set[str]:
    """What the configurations hold, counted without the reader."""
    found = set()
    for configuration in cve.get("configurations", []):
        together = configuration.get("operator") == "AND" and len(configuration["nodes"]) > 1
        for node in configuration["nodes"]:
            assert not node["negate"]
            for match in node["cpeMatch"]:
                version, update = COLON.split(match["criteria"])[5:7]
                bounded = any(key.startswith("version") for key in match)
                if not match["vulnerable"]:
                    continue
                if together or (node["operator"] == "AND" and len(node["cpeMatch"]) > 1):
                    found.add("condition")
                if version == "*":
                    found.add("range" if bounded else "any version")
                elif version == "-":
                    found.add("not applicable")
                if version not in ("*", "-"):
                    # A colon in a version, an epoch of Debian, is written as that before an update.
                    found.add("version" if update == "*" and ":" not in version else "update")
    return found


def _shapes(record: AdvisoryRecord) -> set[str]:
    found = set()
    for item in record.affected:
        assert not item.note
        plain = [version.split(":", 1)[0] for version in item.versions]
        updates = [":" in version for version in item.versions if not version.startswith("-")]
        held = {
            "condition": item.only_with,
            "range": item.ranges,
            "any version": item.any_version,
            "not applicable": "-" in plain,
            "version": False in updates,
            "update": True in updates,
        }
        found |= {name for name, there in held.items() if there}
    return found


def test_shapes_of_configurations() -> None:
    counted, linux = Counter[str](), set()
    for folder in (NATIVE, CONVERTED, UPSTREAM):
        for record, cve in _of_nvd(folder):
            if not cve.get("configurations") or record.state is VulnerabilityState.REJECTED:
                continue
            shapes = _shapes(record)
            assert shapes == _shapes_of_raw(cve), record.id
            counted.update(shapes)
            if ("cpe:o", "linux:linux_kernel") in {item.subject for item in record.affected}:
                linux.add(record.id)

    assert min(counted[name] for name in ("condition", "range", "any version", "not applicable", "update")) > 400
    assert len(linux) == 3641


def _published(cve: dict[str, Any]) -> dict[tuple[str, str, str], list[float | None]]:
    found = {}
    for metrics in cve["metrics"].values():
        for metric in metrics:
            if data := metric.get("cvssData"):
                subscores = [metric.get("exploitabilityScore"), metric.get("impactScore")]
                key = (metric["source"], data["version"], data["vectorString"].replace(":X", "").split("/E:")[0])
                found[key] = [data["baseScore"], *subscores]
    return found


def test_scores_are_those_that_are_published() -> None:
    seen, other = 0, list[tuple[Rating, float]]()
    for folder in (NATIVE, CONVERTED, UPSTREAM):
        for record, cve in _of_nvd(folder):
            published = {key[:2]: scores for key, scores in _published(cve).items()}
            many = Counter(key[:2] for key in _published(cve))
            for item in record.ratings:
                if many[item.source, item.version] == 1:
                    seen += 1
                    if [item.score, item.exploitability, item.impact] != published[item.source, item.version]:
                        other.append((item, published[item.source, item.version][0] or 0))

    assert seen > 30_000
    # Some publishers' scores of version 4.0 have the threat in them, which a base score has not, or are rounded down
    # from a half.
    assert {item.version for item, _ in other} == {"4.0"}
    rounded = [abs((item.score or 0) - score) for item, score in other if "/E:" not in item.vector]
    assert len(rounded) < 5
    assert max(rounded) < 0.11


def test_publishers_say_what_nvd_does_not() -> None:
    unsaid = said = 0
    for record, cve in _of_nvd(UPSTREAM):
        if cve.get("affected") and not cve.get("configurations") and record.state is VulnerabilityState.LIVE:
            said += bool(record.affected)
            unsaid += not record.affected

    # The rest has commits, builds of a distribution, or nothing.
    assert said > 20 * unsaid


def test_memory_stays_flat() -> None:
    path = FOLDER / UPSTREAM / "nvdcve-2.0-recent.json.gz"
    next(nvd.read(path))

    tracemalloc.start()
    assert sum(1 for _ in nvd.read(path)) == 4691
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 20 << 20


@pytest.mark.parametrize("path", sorted(FOLDER.glob("samples-current-format/nvd/**/*-*.json*")) or ["none"], ids=str)
def test_pages_of_the_api_and_samples(path: Path) -> None:
    with path.open("rb") as file:
        recognised = nvd.FEED.recognise(path, file.read(4096))

    assert recognised == ("" if "cpematch" in str(path) else "nvd")
    assert not recognised or list(_understood(nvd.FEED, path))


def test_overrides_of_anchore() -> None:
    (path,) = (FOLDER / "nvd-overrides-anchore").glob("*.tar.gz")

    found = [record for record, _ in _understood(anchore.FEED, path)]

    assert len({record.id for record in found}) == len(found) == 1344
    assert all(record.affected for record in found)
    assert anchore.FEED.recognise(path, path.read_bytes()[:65536]) == "anchore"


def test_the_catalogue_of_cisa() -> None:
    path = FOLDER / "kev/known_exploited_vulnerabilities.json"

    found = [record.kev for record, _ in _understood(kev.FEED, path)]

    assert Counter(item.ransomware for item in found if item) == {True: 352, None: 1322}
    assert max(item.added for item in found if item and item.added) == date(2026, 8, 21)


def test_scores_of_epss() -> None:
    (path,) = (FOLDER / "epss").glob("*.csv.gz")

    found = {item.id: item.record.epss for item in epss.read(path) if item.record}

    assert len(found) == 360_142
    assert {(item.day, item.model) for item in found.values() if item} == {(date(2026, 8, 16), "v2026.06.15")}
    exploited = {record.id for record, _ in _understood(kev.FEED, FOLDER / "kev/known_exploited_vulnerabilities.json")}
    assert len(exploited - found.keys()) == 3
    for sample in sorted(FOLDER.glob("samples-current-format/epss/*.gz")):
        assert [record.id for record, _ in _understood(epss.FEED, sample)] == ["CVE-2020-5902", "CVE-2018-19571"]
