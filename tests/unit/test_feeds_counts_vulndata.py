"""Real publications of every feed, found and read as `advisories import` does: how many records each source has.

The folder's README.md counts the records of some of its files. Comments say of a source that has more or fewer why.
"""

import os
from pathlib import Path

import pytest

from pellucid.advisories.feeds import feeds
from pellucid.advisories.fetching.importing import recognised

FOLDER = Path(os.environ.get("PELLUCID_VULNDATA", "none"))
pytestmark = [
    pytest.mark.vulndata,
    pytest.mark.skipif("PELLUCID_VULNDATA" not in os.environ, reason="PELLUCID_VULNDATA is not set"),
]
# By source: records in all of its files; different ones, which are what the store has; those that are not in order.
# Small samples of the same source, and what several files repeat, make up differences of a few.
TABLE = {
    # 7,531 by years, 11,163 converted ones, 8,532 as published, which repeat some of the former, and 19 in samples.
    "nvd": (27_245, 26_769, 0),
    "anchore": (1_344, 1_344, 0),
    "kev": (1_675, 1_674, 0),
    "epss": (360_150, 360_142, 0),
    "vulnrichment": (2_411, 2_411, 0),
    # 6,164 of 201 packages, and those in a sample of today's.
    "debian": (6_172, 6_168, 0),
    "debian-dla": (3_534, 3_534, 0),
    "debian-dsa": (5_406, 5_406, 0),
    # A record is one vulnerability of one package in one repository of one branch; "CVE-46838" is no name of any.
    "alpine": (85_035, 85_020, 4),
    "chainguard": (40, 40, 0),
    "wolfi": (84, 84, 0),
    "osv/AlmaLinux": (4, 4, 0),
    "osv/Alpine": (2_554, 2_553, 0),
    "osv/Android": (2, 2, 0),
    "osv/Bitnami": (2, 2, 0),
    "osv/Chainguard": (1, 1, 0),
    "osv/Debian": (4_843, 4_843, 0),
    "osv/GIT": (5, 5, 0),
    "osv/Go": (4_294, 4_293, 0),
    "osv/Linux": (2, 2, 0),
    "osv/Maven": (1_343, 1_343, 0),
    "osv/OSS-Fuzz": (4_022, 4_021, 0),
    "osv/PyPI": (3_210, 3_207, 0),
    "osv/Ubuntu": (3, 3, 0),
    "osv/crates.io": (1_617, 1_614, 0),
    "osv/npm": (2_240, 2_240, 0),
    # 13 are there twice.
    "ghsa": (1_205, 1_205, 13),
    # The 273rd file has remarks on versions, and no CVE.
    "openssl": (272, 272, 0),
    "exploitdb": (46_104, 46_102, 0),
    "metasploit": (5_702, 5_700, 0),
    # Ten files are named after what is no CVE ("CVE-2014-160").
    "poc-in-github": (5_782, 5_781, 10),
}
# Lists for people, versions to compare, and what no feed is for: shellcodes, papers, the dictionary's matches.
UNKNOWN = 40


def test_records_of_each_source() -> None:
    found, unknown = recognised(feeds(), FOLDER)
    counted = {}
    for item in found:
        records, faults = 0, 0
        ids = set[str]()
        for path in item.paths:
            for record in item.feed.read(path):
                records += 1
                faults += bool(record.fault)
                ids.add(record.id)
        counted[item.source] = (records, len(ids), faults)

    assert counted == TABLE
    assert len(unknown) == UNKNOWN
