"""The files that records in the format of OSV are published in: OSV's own, GitHub's, Go's, curl's."""

from pathlib import Path
from typing import Any

import pytest
from tests.support.feed_osv import osv as record
from tests.support.feed_osv import package, raw, repository, tar_of, zip_of

from pellucid.advisories.feed import RawRecord
from pellucid.advisories.feeds import bundles, curl, cve_list, ghsa, go_vulndb, openssl, osv, vulnrichment
from pellucid.domain.severity import Severity
from pellucid.domain.version_range import VersionRange
from pellucid.errors import Malformed

FIRST, SECOND = record("PYSEC-2024-1", package("PyPI", "a", "introduced 0")), record("MAL-2024-2")
OTHERS = (ghsa.FEED, go_vulndb.FEED, curl.FEED, cve_list.FEED, openssl.FEED, vulnrichment.FEED)
MEMBERS = {"PYSEC-2024-1.json": raw(FIRST), "all/MAL-2024-2.json": raw(SECOND), "all/": b"", "README.md": b"no"}


def names(found: list[RawRecord]) -> list[str]:
    return [item.id for item in found]


def recognised(path: Path) -> str:
    return osv.FEED.recognise(path, b"" if path.is_dir() else path.read_bytes()[:4096])


def test_a_zip(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "PyPI" / "all.zip", MEMBERS)
    found = list(osv.FEED.read(path))
    assert names(found) == ["PYSEC-2024-1", "MAL-2024-2"]
    assert recognised(path) == "osv/PyPI"
    for item in found:
        assert osv.FEED.normalise("osv/PyPI", item.raw) == item.record


def test_other_bundles(tmp_path: Path) -> None:
    packed = tar_of(tmp_path / "osv-all.tar.xz", {f"osv/{name}": content for name, content in MEMBERS.items()})
    assert names(list(osv.FEED.read(packed))) == ["PYSEC-2024-1", "MAL-2024-2"]
    assert recognised(packed) == "osv/PyPI"
    assert names(list(osv.FEED.read(tar_of(tmp_path / "a.tar.gz", MEMBERS)))) == ["PYSEC-2024-1", "MAL-2024-2"]
    folder = tmp_path / "folder"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "1.json").write_bytes(raw(SECOND))
    (folder / "a.json").write_bytes(raw(FIRST))
    (folder / "b" / "link.json").symlink_to("/etc/hostname")
    assert names(list(osv.FEED.read(folder))) == ["PYSEC-2024-1", "MAL-2024-2"]
    assert recognised(folder) == "osv/PyPI"
    assert [feed.recognise(folder, b"") for feed in OTHERS] == [""] * len(OTHERS)


@pytest.mark.parametrize("document", [FIRST, [FIRST], {"vulns": [FIRST]}])
def test_json(tmp_path: Path, document: object) -> None:
    path = tmp_path / "some.json"
    path.write_bytes(raw(document))
    (found,) = osv.FEED.read(path)
    assert found.id == "PYSEC-2024-1"
    assert osv.FEED.normalise("osv/PyPI", found.raw) == found.record
    assert recognised(path) == "osv/PyPI"


def test_the_folder_tells_the_ecosystem_else_the_records(tmp_path: Path) -> None:
    assert recognised(zip_of(tmp_path / "Red Hat" / "all.zip", MEMBERS)) == "osv/Red Hat"
    assert recognised(zip_of(tmp_path / "downloads" / "all.zip", MEMBERS)) == "osv/PyPI"
    git = {"CVE-2024-1234.json": raw(record("CVE-2024-1234", repository("https://example.org/a", "v1")))}
    assert recognised(zip_of(tmp_path / "x" / "all.zip", git)) == "osv/GIT"
    other = {"a.json": raw({"dataType": "CVE_RECORD"}), "b.json": raw({"vulnerabilities": [{"cve": {"id": "CVE-1"}}]})}
    assert recognised(zip_of(tmp_path / "Debian" / "all.zip", other)) == ""


def test_a_broken_member_is_a_fault(tmp_path: Path) -> None:
    twice = {"A-1.json": raw(record("A-1")), "x/A-1.json": raw(record("A-1")), "B 2.json": b"{", "n.json": b"[]"}
    good, again, broken, other = osv.FEED.read(zip_of(tmp_path / "all.zip", twice))
    assert (good.id, good.fault) == ("A-1", "")
    assert (again.id, again.record) == ("A-1#2", None)
    assert "another record" in again.fault
    assert (broken.id, broken.raw) == ("B_2", b"{")
    assert "not JSON" in broken.fault
    assert "no id" in other.fault


def test_a_member_that_is_too_large_is_a_fault(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "all.zip", {"A-1.json": b" " * (osv.LARGEST + 1), "B-1.json": raw(record("B-1"))})
    large, good = osv.FEED.read(path)
    assert (large.record, large.raw) == (None, b"")
    assert good.record is not None


def test_broken_files(tmp_path: Path) -> None:
    whole = zip_of(tmp_path / "all.zip", MEMBERS).read_bytes()
    damaged = bytearray(whole)
    damaged[60] ^= 0xFF
    packed = tar_of(tmp_path / "all.tar.xz", MEMBERS).read_bytes()
    contents = {
        "cut.zip": whole[: len(whole) // 2],
        "damaged.zip": bytes(damaged),
        "empty.zip": zip_of(tmp_path / "nothing.zip", {"README.md": b""}).read_bytes(),
        "cut.tar.xz": packed[: len(packed) // 2],
        "cut.json": b'[{"id": "A-1",',
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Malformed, match=name):
            list(osv.FEED.read(tmp_path / name))


def test_encrypted_zips_are_refused(tmp_path: Path) -> None:
    content = bytearray(zip_of(tmp_path / "all.zip", MEMBERS).read_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(content)
    with pytest.raises(Malformed, match=r"locked\.zip.*encrypted"):
        list(osv.FEED.read(tmp_path / "locked.zip"))


def test_what_is_fetched() -> None:
    files = {item.source: item for item in osv.FEED.files}
    assert files["osv/Red Hat"].address.endswith("/Red%20Hat/all.zip")
    assert files["osv/Red Hat"].name == "osv/Red Hat/all.zip"
    assert "osv/GIT" in files
    assert "osv/Linux" not in files
    assert osv.file_of("Linux").name == "osv/Linux/all.zip"


def test_githubs_archive(tmp_path: Path) -> None:
    folder = "advisory-database-main/advisories"
    advisory = raw(record("GHSA-aaaa-bbbb-cccc", package("npm", "tool", "introduced 0")))
    path = tar_of(
        tmp_path / "main.tar.gz",
        {
            f"{folder}/github-reviewed/2024/01/GHSA-aaaa-bbbb-cccc/GHSA-aaaa-bbbb-cccc.json": advisory,
            f"{folder}/unreviewed/2024/01/GHSA-xxxx-yyyy-zzzz/GHSA-xxxx-yyyy-zzzz.json": advisory,
        },
    )
    (found,) = ghsa.FEED.read(path)
    assert found.record == ghsa.FEED.normalise("ghsa", found.raw)
    assert (ghsa.FEED.recognise(path, b""), recognised(path)) == ("ghsa", "")
    assert ghsa.FEED.recognise(tar_of(tmp_path / "other.tar.gz", MEMBERS), b"") == ""


def test_the_database_of_go(tmp_path: Path) -> None:
    members = {"index/modules.json": b"[]", "ID/GO-2024-0001.json": raw(record("GO-2024-0001"))}
    path = zip_of(tmp_path / "vulndb.zip", members)
    assert names(list(go_vulndb.FEED.read(path))) == ["GO-2024-0001"]
    assert go_vulndb.FEED.recognise(path, path.read_bytes()[:100]) == "go"


def curls(affects: str) -> dict[str, Any]:
    ranges = [{"type": "SEMVER", "events": [{"introduced": "6.0"}, {"fixed": "7.4.1"}]}]
    git = repository("https://github.com/curl/curl.git")["ranges"]
    specific = {"package": "curl", "affects": affects, "severity": "Low", "CWE": {"id": "CWE-121", "desc": "Overflow"}}
    entry = {"ranges": ranges + git, "versions": ["7.4", "7.3"]}
    return record("CURL-CVE-2000-0973", entry, aliases=["CVE-2000-0973"], database_specific=specific)


@pytest.mark.parametrize("affects", ["both", "lib", "tool"])
def test_curls_own_list(tmp_path: Path, affects: str) -> None:
    path = tmp_path / "vuln.json"
    path.write_bytes(raw([curls(affects)]))
    (found,) = curl.FEED.read(path)
    assert found.record is not None
    products = [item for item in found.record.affected if item.subject[0] == "cpe:a"]
    expected = [("cpe:a", "haxx:curl")] + [("cpe:a", "haxx:libcurl")] * (affects != "tool")
    assert [item.subject for item in products] == expected
    assert all(item.ranges == (VersionRange(introduced="6.0", fixed="7.4.1"),) for item in products)
    assert ("repo", "github.com/curl/curl") in [item.subject for item in found.record.affected]
    assert (found.record.aliases, found.record.weaknesses) == (("CVE-2000-0973",), ("CWE-121",))
    assert [(item.source, item.word) for item in found.record.ratings] == [("curl", Severity.LOW)]
    assert curl.FEED.normalise("curl", found.raw) == found.record
    assert (curl.FEED.recognise(path, path.read_bytes()), recognised(path)) == ("curl", "")


def test_a_large_archive_of_others_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tar_of(tmp_path / "a.tar.gz", {f"{number}.txt": b"" for number in range(bundles.MOST_SAMPLED + 5)})
    assert bundles.beginning(path, 1, osv.WANTED) == []
    with_late = {f"{number}.txt": b"" for number in range(bundles.MOST_SAMPLED)} | MEMBERS
    assert bundles.beginning(tar_of(tmp_path / "b.tar.gz", with_late), 1, osv.WANTED) == []
