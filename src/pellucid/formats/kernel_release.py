"""Releases of the Linux kernel as `uname -r` shows them, and what they say of the version of its sources."""

import re

RELEASE = re.compile(
    r"(?P<major>\d{1,2})\.(?P<minor>\d{1,3})(?:\.(?P<patch>\d{1,4})(?:\.\d{1,3})?)?(?P<candidate>-rc\d{1,2})?"
)
# Debian, Ubuntu and Red Hat keep x.y.0 while they follow the stable series: only the number behind it moves.
FROZEN = re.compile(r"\.0-\d")


def version(release: str) -> tuple[str, str]:
    """(version, range) of the sources; one of them, or both, are empty. The range is a VERS expression."""
    found = RELEASE.match(release)
    if found is None:
        return "", ""
    if found["patch"] == "0" and FROZEN.match(release, found.start("patch") - 1):
        series, following = f"{found['major']}.{found['minor']}", f"{found['major']}.{int(found['minor']) + 1}"
        return "", f"vers:generic/>={series}|<{following}"
    return found[0], ""
