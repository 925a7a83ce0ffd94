"""Distributions' data and collections of exploits as published: the counts that are known of them, and the pace."""

import json
import os
import resource
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pellucid.advisories.feed import Feed, RawRecord
from pellucid.advisories.feeds import (
    alpine_secdb,
    debian,
    debian_notices,
    exploitdb,
    metasploit,
    poc_in_github,
    wolfi_secdb,
)
from pellucid.domain.statement import Standing
from pellucid.domain.vulnerability import ExploitKind

DATA = Path(os.environ.get("PELLUCID_VULNDATA", "none"))
MOST_MEMORY = 300 << 10  # KiB; the tests themselves keep ids and take a part of it

pytestmark = [
    pytest.mark.vulndata,
    pytest.mark.skipif("PELLUCID_VULNDATA" not in os.environ, reason="PELLUCID_VULNDATA is not set"),
]


def read(feed: Feed, pattern: str) -> Iterator[RawRecord]:
    """The records of all files, each of which must be recognised, and be understood again as it was read."""
    started, count, ids = time.monotonic(), 0, set()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in sorted(DATA.glob(pattern)):
        with path.open("rb") as file:
            source = feed.recognise(path, file.read(64 << 10))
        assert source, path
        for item in feed.read(path):
            assert feed.normalise(source, item.raw) == item.record, item.id
            yield item
            count += 1
            ids.add(item.id)
    assert len(ids) == count > 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{pattern}: {count} records, {count / (time.monotonic() - started):.0f}/s, peak {peak >> 10} MiB")
    # Of a process that has done other things before, only what came on top is this reader's.
    assert peak < MOST_MEMORY or peak - before < MOST_MEMORY // 10


def test_debian() -> None:
    standings: Counter[Standing] = Counter()
    packages = set()
    entries = 0
    for item in read(debian.FEED, "debian/security-tracker.json.gz"):
        assert item.record, item.fault
        packages.add(item.id.partition("/")[0])
        standings.update(affected.standing for affected in item.record.affected)
        entries += 1
    assert (entries, len(packages)) == (6164, 201)
    assert standings == {Standing.AFFECTED: 25_966, Standing.NOT_AFFECTED: 3305, Standing.UNDETERMINED: 15}


def test_debian_as_published_today() -> None:
    found = {
        item.id: item.record for item in read(debian.FEED, "samples-current-format/debian/tracker/api/advisory.json")
    }
    assert len(found) == 4
    assert found["wordpress/TEMP-0000000-0CA7E3"]


@pytest.mark.parametrize(("name", "count", "named"), [("DSA", 5406, 18_128), ("DLA", 3534, 11_002)])
def test_notices(name: str, count: int, named: int) -> None:
    found = list(read(debian_notices.FEED, f"debian/{name}-list.gz"))
    assert [item.id for item in found if not item.record] == []
    assert len(found) == count
    assert sum(len(item.record.upstream) for item in found if item.record) == named


def test_alpine() -> None:
    versions, unnamed, never = set(), Counter[str](), 0
    for item in read(alpine_secdb.FEED, "alpine-secdb/*/*.json"):
        document = json.loads(item.raw)
        place = (document["distroversion"], document["reponame"], document["packages"][0]["pkg"]["name"])
        versions |= {(*place, version) for version in document["packages"][0]["pkg"]["secfixes"]}
        if item.record:
            never += item.record.affected[0].standing is Standing.NOT_AFFECTED
        else:
            unnamed[item.id.rpartition("/")[2]] += 1
    assert len(versions) == 30_159
    assert sum(version[-1] == "0" for version in versions) == 317
    assert never == 553
    assert unnamed == {"CVE-46838": 4}


def test_wolfi_and_chainguard() -> None:
    ecosystems = Counter(
        item.record.affected[0].subject[0]
        for name in ("wolfi", "chainguard")
        for item in read(wolfi_secdb.FEED, f"samples-current-format/{name}/secdb/security.json")
        if item.record
    )
    assert set(ecosystems) == {"Wolfi", "Chainguard"}


def test_exploitdb() -> None:
    kinds: Counter[ExploitKind] = Counter()
    count = 0
    for item in read(exploitdb.FEED, "exploits/exploitdb/files_exploits.csv.gz"):
        assert not item.fault
        kinds.update(exploit.kind for exploit in (item.record.exploits if item.record else ()))
        count += 1
    assert (count, kinds.total()) == (46_102, 26_745)
    assert kinds == {ExploitKind.VERIFIED: 22_511, ExploitKind.EXPLOIT: 4234}


def test_metasploit() -> None:
    kinds: Counter[ExploitKind] = Counter()
    count = with_cve = 0
    for item in read(metasploit.FEED, "exploits/metasploit/modules_metadata_base.json.gz"):
        (module,) = json.loads(item.raw).values()
        with_cve += any(name.startswith("CVE-") for name in module.get("references", ()))
        kinds.update(exploit.kind for exploit in (item.record.exploits if item.record else ()))
        count += 1
    assert (count, with_cve) == (5700, 2571)
    assert kinds == {ExploitKind.WEAPONISED: 1909, ExploitKind.EXPLOIT: 395}


def test_poc_in_github() -> None:
    found = list(read(poc_in_github.FEED, "exploits/poc-in-github/*.tar.gz"))
    repositories = sum(len(listed) for item in found if item.raw for listed in json.loads(item.raw).values())
    assert len(found) == 5781
    # Ten files, with eleven repositories, have names that are no CVE's ("CVE-2014-160").
    assert sum(not item.record for item in found) == 10
    assert repositories == 13_878 - 11
    assert max(len(item.record.exploits) for item in found if item.record) == 50
