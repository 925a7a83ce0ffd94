"""CISA's Vulnrichment: records of CVEs, with what CISA adds to them (SSVC, weaknesses, products, ratings).

Told by the names of its members: the list of CVEs has its folders in another one.
"""

import re

from pellucid.advisories.feeds.cve_list import tarred

FEED = tarred(
    "vulnrichment",
    re.compile(r"(?:[^/]+/)?\d{4}/\d{1,16}xxx/(?P<name>CVE-\d{4}-\d{4,19})\.json"),
    title="CISA Vulnrichment",
    licence="CC0-1.0",
    address="https://github.com/cisagov/vulnrichment/archive/refs/heads/develop.tar.gz",
)
