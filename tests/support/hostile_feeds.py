"""Files of every feed as their publishers write them, with a place in each for something that nobody publishes."""

import io
import tarfile
import zipfile
from collections.abc import Mapping

from tests.support.feed_distro import COLUMNS

PLACE = b"@@"
NAME = b"CVE-2031-1000"
_CVE = (
    b'{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2031-1000","state":"PUBLISHED"},"containers":{"cna":'
    b'{"affected":[{"vendor":"a","product":"b","versions":[{"version":@@,"lessThan":"2","status":"affected"}]}]}}}'
)
_OSV = (
    b'{"id":"GO-2031-1000","modified":"2031-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"Go","name":"x"},'
    b'"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":@@}]}]}]}'
)
_ANCHORE = (
    b'{"_annotation":{"cve_id":"CVE-2031-1000"},"cve":{"configurations":[{"nodes":[{"operator":"OR","cpeMatch":'
    b'[{"vulnerable":true,"criteria":"cpe:2.3:a:a:b:*:*:*:*:*:*:*:*","versionEndExcluding":@@}]}]}]}}'
)
_NVD = (
    b'{"format":"NVD_CVE","version":"2.0","vulnerabilities":[{"cve":{"id":"CVE-2031-1000","configurations":'
    b'[{"nodes":[{"cpeMatch":[{"vulnerable":true,"criteria":@@}]}]}]}},{"cve":{"id":"CVE-2031-1001"}}]}'
)
_SECDB = (
    b'{"apkurl":"x","archs":["x86_64"],"reponame":"main","distroversion":"v3.19","packages":[{"pkg":{"name":"zlib",'
    b'"secfixes":{"1-r0":["CVE-2031-1000"],"2-r0":@@}}},{"pkg":{"name":"x","secfixes":{"1-r0":["CVE-2031-1001"]}}}]}'
)
_TRACKER = (
    b'{"zlib":{"CVE-2031-1000":{"releases":{"sid":{"status":"open","nodsa":@@}}}},'
    b'"x":{"CVE-2031-1001":{"releases":{"sid":{"status":"open"}}}}}'
)
_MODULE = b'{"exploit_a":{"type":"exploit","fullname":"exploit/a","rank":600,"references":["CVE-2031-1000",@@]}}'
# What takes JSON in its place. A feed has the last name that it is recognised as.
JSON: Mapping[str, tuple[str, bytes]] = {
    "nvd": ("", _NVD),
    "cvelist": ("cves/2031/1xxx/CVE-2031-1000.json", _CVE),
    "vulnrichment": ("develop/2031/1xxx/CVE-2031-1000.json", _CVE),
    "openssl": ("secjson/CVE-2031-1000.json", _CVE),
    "anchore": ("nvd-data-overrides-main/data/2031/CVE-2031-1000.json", _ANCHORE),
    "kev": ("", b'{"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-2031-1000","dueDate":@@}]}'),
    "eukev": ("", b'[{"euvdID":"","cveID":"CVE-2031-1000","dateAdded":@@}]'),
    "debian": ("", _TRACKER),
    "alpine": ("", _SECDB),
    "wolfi": ("", _SECDB.replace(b'"main"', b'"os"').replace(b'"distroversion":"v3.19",', b"")),
    "osv": ("GO-2031-1000.json", _OSV),
    "ghsa": (
        "advisory-database-main/advisories/github-reviewed/2031/01/GHSA-aaaa-bbbb-cccc/GHSA-aaaa-bbbb-cccc.json",
        _OSV,
    ),
    "go-vulndb": ("ID/GO-2031-1000.json", _OSV),
    "curl": (
        "",
        b"[" + _OSV.replace(b"GO-2031-1000", b"CURL-CVE-2031-1000") + b"," + _OSV.replace(PLACE, b'"1"') + b"]",
    ),
    "metasploit": ("", _MODULE),
    "poc-in-github": ("2031/CVE-2031-1000.json", b'[{"html_url":"https://github.com/a/b","stargazers_count":@@}]'),
}
# What takes a line of text, or a part of one.
TEXT: Mapping[str, bytes] = {
    "epss": b"#model_version:v1,score_date:2031-01-01T00:00:00Z\ncve,epss,percentile\nCVE-2031-1000,0.5,@@\n",
    "debian-notices": b"[29 Mar 2031] DSA-5380-1 x - y @@\n\t{CVE-2031-1000 @@}\n\t[bullseye] - x @@\n",
    "alpine": b"zlib:\n  - CVE-2031-1000\n  - @@\n",
    "exploitdb": ",".join(COLUMNS).encode()
    + b"\n7,exploits/a/1.c,@@,2031-01-01,,remote,linux,,,,1,CVE-2031-1000,,,,\n",
}
# Names of members are bytes of the publisher, too.
NAMED: Mapping[str, bytes] = {
    "debian": b'{"zlib":{@@:{"releases":{}},"CVE-2031-1000":{"releases":{"sid":{"status":"open"}}}}}',
    "alpine": _SECDB.replace(b'"2-r0":@@', b'@@:["CVE-2031-1002"]'),
    "metasploit": b"{@@:{}," + _MODULE.replace(b",@@", b"")[1:],
}
ZIPPED = ("cvelist", "osv", "go-vulndb")


def file_of(feed: str, member: str, content: bytes) -> bytes:
    """As the feed is published: the content itself, or the archive that it is a member of."""
    if not member:
        return content
    stream = io.BytesIO()
    if feed in ZIPPED:
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(member, content)
            archive.writestr("index/db.json" if feed == "go-vulndb" else "README", b"{}")
    else:
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def plain() -> list[tuple[str, bytes]]:
    """A file of each kind with nothing wrong in it."""
    found = [(feed, file_of(feed, member, content.replace(PLACE, b'"1"'))) for feed, (member, content) in JSON.items()]
    return [*found, *((feed, content.replace(PLACE, b"1")) for feed, content in TEXT.items())]
