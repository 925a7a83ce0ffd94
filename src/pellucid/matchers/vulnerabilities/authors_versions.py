"""The version of a package as the authors of the software number it."""

import re

from pellucid.domain.dependency import Dependency, upstream_version

# What Debian's maintainers put behind it when they changed the sources or took them from a repository.
_APPENDED = re.compile(r"(?:[+.~-](?:dfsg|ds|repack|orig|debian|nmu|deb|ubuntu|git|svn|bzr|hg|bpo)\d*|\+b\d+).*$")
# "2.0+really1.9" and "2.0+is1.9" are 1.9: a version cannot go back.
_REALLY = re.compile(r".*(?:really|\+is)(?=\d)")
_APK_RELEASE, _APK_SUFFIX = re.compile(r"-r\d+$"), re.compile(r"_(alpha|beta|pre|rc|p)(?=\d|$)")


def authors_version(item: Dependency) -> str:
    """Without epoch, release and what a distribution appended."""
    stated = item.source_version or item.version
    if item.purl.startswith("pkg:apk/"):
        return _APK_SUFFIX.sub(lambda found: "p" if found[1] == "p" else f"-{found[1]}", _APK_RELEASE.sub("", stated))
    if not item.purl.startswith(("pkg:deb/", "pkg:rpm/")):
        return upstream_version(item)
    stated = stated.rpartition(":")[2]
    stated = stated.rpartition("-")[0] or stated
    if item.purl.startswith("pkg:rpm/"):
        return re.split(r"[~^]", stated)[0]
    return _APPENDED.sub("", _REALLY.sub("", stated)).partition("~")[0]
