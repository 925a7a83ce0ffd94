"""Real publications in the formats of OSV and of the CVE programme: only with PELLUCID_VULNDATA, a folder of them.

What is in the folder is counted by its README.md, by the names of the members here.
"""

import os
import tarfile
import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from pellucid.advisories.feed import Feed, RawRecord
from pellucid.advisories.feeds import cve_list, ghsa, openssl, osv, vulnrichment
from pellucid.advisories.feeds.version_lines import is_backwards
from pellucid.domain.statement import AdvisoryRecord, Standing
from pellucid.domain.vulnerability import VulnerabilityState
from pellucid.formats.version_ranges import affects, order_of

FOLDER = Path(os.environ.get("PELLUCID_VULNDATA", ""))
pytestmark = [
    pytest.mark.vulndata,
    pytest.mark.skipif(not os.environ.get("PELLUCID_VULNDATA"), reason="PELLUCID_VULNDATA is not set"),
]
COUNTS = {
    "Alpine": 2552,
    "Debian": 4840,
    "PyPI": 3206,
    "npm": 2237,
    "Maven": 1342,
    "crates.io": 1614,
    "Go": 4291,
    "OSS-Fuzz": 4021,
}
SAMPLES = ("alma", "alpine", "android", "bitnami", "cargo", "chainguard", "debian", "git", "golang", "linux", "maven")


def understood(feed: Feed, path: Path) -> list[AdvisoryRecord]:
    """All records of a file that has no fault; what is kept of each is understood as it was."""
    found: list[AdvisoryRecord] = []
    for item in feed.read(path):
        assert item.record is not None, (item.id, item.fault)
        assert feed.normalise("", item.raw) == item.record
        found.append(item.record)
    return found


def packed(folder: str) -> Path:
    (path,) = (FOLDER / folder).glob("*.tar.gz")
    return path


@pytest.mark.parametrize(("ecosystem", "count"), COUNTS.items())
def test_osv(ecosystem: str, count: int) -> None:
    path = FOLDER / "osv" / ecosystem / "all.zip"
    found = understood(osv.FEED, path)
    assert len(found) == len(zipfile.ZipFile(path).namelist()) == count
    assert osv.FEED.recognise(path, path.read_bytes()[:4096]) == f"osv/{ecosystem}"
    assert all(item.published and item.modified for item in found)


def test_osv_by_kind() -> None:
    debian = understood(osv.FEED, FOLDER / "osv" / "Debian" / "all.zip")
    kinds = Counter(item.id.partition("-")[0] for item in debian)
    assert kinds == {"CVE": 3951, "DLA": 504, "DSA": 362, "DTSA": 23}
    notices = [item for item in debian if not item.id.startswith("CVE-")]
    assert not any(item.aliases for item in notices)
    assert sum(item.covers for item in notices) == 852
    go = understood(osv.FEED, FOLDER / "osv" / "Go" / "all.zip")
    assert sum(item.state is VulnerabilityState.WITHDRAWN for item in go) == 17
    pypi = understood(osv.FEED, FOLDER / "osv" / "PyPI" / "all.zip")
    assert sum(item.malicious for item in pypi) == 72
    crates = understood(osv.FEED, FOLDER / "osv" / "crates.io" / "all.zip")
    assert sum(item.informational for item in crates) == 274


@pytest.mark.parametrize(("ecosystem", "count"), [("Alpine", 50), ("Debian", 20)])
def test_some_never_had_it(ecosystem: str, count: int) -> None:
    """What the publication says by "fixed in 0"."""
    found = understood(osv.FEED, FOLDER / "osv" / ecosystem / "all.zip")
    never = [item.id for item in found if any(said.standing is Standing.NOT_AFFECTED for said in item.affected)]
    assert "CVE-2019-6470" in never
    assert len(never) == count


def test_ranges_and_lists_of_the_archives_agree() -> None:
    """Versions that OSV found in an archive and that no range holds: some are named against the ecosystem's rules."""
    for ecosystem, most in (("PyPI", 30), ("Maven", 10), ("npm", 40)):
        found = understood(osv.FEED, FOLDER / "osv" / ecosystem / "all.zip")
        outside = [said for item in found for said in item.affected if said.ranges and said.versions]
        assert len(outside) <= most, [(said.subject, said.versions[:3]) for said in outside[:20]]


@pytest.mark.parametrize("sample", SAMPLES)
def test_todays_layout(sample: str) -> None:
    path = FOLDER / "samples-current-format" / "osv" / sample / "all.zip"
    assert understood(osv.FEED, path)


def test_ubuntus_own_publication() -> None:
    path = FOLDER / "samples-current-format" / "osv" / "ubuntu" / "osv-all.tar.xz"
    found = {item.id: item for item in understood(osv.FEED, path)}
    assert found["UBUNTU-CVE-2024-51988"].upstream == ("CVE-2024-51988",)
    assert found["USN-7095-1"].covers


def test_github() -> None:
    """The sample was put together by ecosystem: advisories on packages of two are in it twice."""
    path = packed("ghsa")
    found = list(ghsa.FEED.read(path))
    twice = [item for item in found if item.record is None]
    assert len(found) == 1205
    assert all("there is another record" in item.fault for item in twice)
    with tarfile.open(path) as archive:
        names = Counter(name.rpartition("/")[2] for name in archive.getnames())
    assert len(twice) == sum(count - 1 for count in names.values())


def counted(feed: Feed, path: Path) -> tuple[int, list[RawRecord]]:
    found = list(feed.read(path))
    return len(found), [item for item in found if item.record is None]


def test_openssl_and_vulnrichment() -> None:
    """One file of OpenSSL's is none of a vulnerability."""
    assert counted(openssl.FEED, packed("openssl")) == (273 - 1, [])
    found = understood(vulnrichment.FEED, packed("vulnrichment"))
    assert len(found) == 2411
    assert all(item.ssvc for item in found)
    assert sum(item.kev is not None for item in found) == 332
    assert cve_list.FEED.recognise(packed("vulnrichment"), b"\x1f\x8b") == ""


def test_memory_stays_flat() -> None:
    for feed, path in ((osv.FEED, FOLDER / "osv" / "Debian" / "all.zip"), (vulnrichment.FEED, packed("vulnrichment"))):
        tracemalloc.start()
        for _ in feed.read(path):
            pass
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 40 << 20


def test_no_product_of_a_cve_is_affected_by_nothing() -> None:
    """Ranges that end before they begin are none: what publishers write has a hundred of them."""
    found = [*understood(openssl.FEED, packed("openssl")), *understood(vulnrichment.FEED, packed("vulnrichment"))]
    by_publishers = [item for record in found for item in record.affected if item.subject[0] in ("name", "repo")]
    ranges = [(item, span) for item in by_publishers for span in item.ranges]

    assert len(ranges) > 4000
    assert not [span for item, span in ranges if is_backwards(span, order_of(item))]


def test_openssl_lists_a_line_by_its_fix_alone() -> None:
    (found,) = (item for item in understood(openssl.FEED, packed("openssl")) if item.id == "CVE-2023-2650")
    (said,) = found.affected

    assert [bool(affects(said, version)) for version in ("3.0.8", "3.0.20", "3.1.0", "3.1.1", "1.1.1t", "3.2.0")] == [
        *(True, False, True, False, True, False),
    ]
