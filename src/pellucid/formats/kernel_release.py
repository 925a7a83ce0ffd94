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


def may_be(version: str, release: str) -> bool:
    """Whether a kernel of that release can be built from sources of that version; of frozen ones the series counts."""
    one, other = RELEASE.match(version), RELEASE.match(release)
    if one is None or other is None or _series(one) != _series(other):
        return False
    frozen = any(
        found["patch"] == "0" and FROZEN.match(found.string, found.start("patch") - 1) for found in (one, other)
    )
    return frozen or _patch(one) == _patch(other)


def _series(found: re.Match[str]) -> tuple[int, int]:
    return int(found["major"]), int(found["minor"])


def _patch(found: re.Match[str]) -> tuple[int, str]:
    return int(found["patch"] or 0), found["candidate"] or ""
