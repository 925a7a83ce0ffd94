"""Addresses of licences as package managers write them, and their SPDX expressions."""

import re

from pellucid.formats import licence_names

LONGEST = 300
# Addresses that name a licence by its SPDX identifier, and those of single licences in what their makers publish.
IDENTIFIED = re.compile(
    r"(?:spdx\.org/licenses|opensource\.org/licenses?|licenses\.nuget\.org)/(?P<id>[\w.+-]+?)(?:\.(?:html|php|txt|json))?/?"
)
KNOWN = (
    (re.compile(r"apache\.org/licenses/LICENSE-2\.0(?:\.txt|\.html)?/?"), "Apache-2.0"),
    (re.compile(r"eclipse\.org/(?:legal|org/documents)/epl-(?:v20|2\.0)(?:\.html|\.php|/.*)?"), "EPL-2.0"),
    (re.compile(r"eclipse\.org/legal/epl-v10(?:\.html|\.php)?"), "EPL-1.0"),
    (re.compile(r"eclipse\.org/org/documents/edl-v10(?:\.html|\.php)?"), "BSD-3-Clause"),
    (re.compile(r"mozilla\.org/(?:en-US/)?MPL/2\.0/?"), "MPL-2.0"),
    (re.compile(r"creativecommons\.org/publicdomain/zero/1\.0/?(?:legalcode)?"), "CC0-1.0"),
)


def spdx_expression(address: str) -> str:
    """The expression of the licence that an address leads to, "" where the address alone does not tell.

    Addresses of the GNU licences are such: they do not say whether later versions may be chosen.
    """
    plain = re.sub(r"^https?://(?:www\.)?", "", address.strip()[:LONGEST])
    if found := IDENTIFIED.fullmatch(plain):
        return licence_names.spdx_expression(found["id"])
    return next((expression for pattern, expression in KNOWN if pattern.fullmatch(plain)), "")
