"""What the OpenSSL project publishes of its own vulnerabilities: records of CVEs, whose versions have letters."""

import re

from pellucid.advisories.feeds.cve_list import tarred

FEED = tarred(
    "openssl",
    re.compile(r"(?:[^/]+/)?secjson/(?P<name>CVE-\d{4}-\d{4,19})\.json"),
    title="OpenSSL's own advisories",
    licence="Apache-2.0",
    address="https://github.com/openssl/release-metadata/archive/refs/heads/main.tar.gz",
)
