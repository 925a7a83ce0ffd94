"""Licences: SPDX expressions of what Debian's copyright files (DEP 5) state for the whole of a source package."""

import re

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from pellucid.formats.licence_names import spdx_expression

WHOLE = re.compile(r"^Files:\s*\*\s*\n(?:(?!Files:|\n).*\n)*?License:[ \t]*(\S.*)$", re.MULTILINE)
GNU = re.compile(r"(GPL|LGPL|AGPL)-?v?(\d)(?:\.(\d))?(\+|-or-later|-only)?", re.IGNORECASE)
BSD = re.compile(r"BSD-?([234])(?:-clause)?", re.IGNORECASE)
NAMES = {
    "apache-2": "Apache-2.0",
    "bsl-1": "BSL-1.0",
    "boost-1": "BSL-1.0",
    "expat": "MIT",
    "isc": "ISC",
    "mit": "MIT",
    "mpl-1.1": "MPL-1.1",
    "mpl-2.0": "MPL-2.0",
    "ntp": "NTP",
    "postgresql": "PostgreSQL",
    "sleepycat": "Sleepycat",
    "zlib": "Zlib",
}


def stated(copyright_text: str) -> str:
    """The expression for "Files: *", "" where there is none or its words have no certain meaning."""
    found = WHOLE.search(copyright_text)
    if not found:
        return ""
    parts = re.split(r"\s+(and|or)\s+", found[1].strip())
    names = [part.upper() if number % 2 else _name(part) for number, part in enumerate(parts)]
    if not all(names):
        return ""
    if {"AND", "OR"} <= set(names):
        return ""
    try:
        return canonicalize_license_expression(" ".join(names))
    except InvalidLicenseExpression:
        return ""


def _name(text: str) -> str:
    if gnu := GNU.fullmatch(text):
        family, major, minor, later = gnu.groups()
        return f"{family.upper()}-{major}.{minor or 0}-{'only' if later in (None, '-only') else 'or-later'}"
    if bsd := BSD.fullmatch(text):
        return f"BSD-{bsd[1]}-Clause"
    return NAMES.get(text.lower()) or spdx_expression(text)
