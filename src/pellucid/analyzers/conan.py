"""References of Conan as dependencies: name/version@user/channel#revision%time:package."""

import re

from pellucid.analysis.artefact import Artefact
from pellucid.analyzers.built_packages import CONAN
from pellucid.analyzers.language_package import is_sound, language_package
from pellucid.domain.dependency import Dependency, Linkage, Witness

# Ranges stand in brackets; Y and Z stand for any number where only the rest of a version counts.
REFERENCE = re.compile(
    r"(?P<name>[a-z0-9_][a-z0-9_+.-]{1,100})/(?P<version>[A-Za-z0-9_][A-Za-z0-9_+.-]{0,100})"
    r"(?:@(?P<user>[\w+.-]*)(?:/(?P<channel>[\w+.-]*))?)?(?:#(?P<revision>[0-9a-f]{32,40}))?(?:[%#:].*)?"
)
ANY = re.compile(r"(?:^|\.)[YZ](?:\.|$)")


def conan_package(
    artefact: Artefact, reference: str, offset: int, *, confidence: float, linkage: Linkage
) -> Dependency | None:
    """The package of a reference to one exact version, None for anything else."""
    found = REFERENCE.fullmatch(reference.strip())
    if found is None or ANY.search(found["version"]) or not is_sound(found["name"], found["version"]):
        return None
    user, channel = (found[key] if found[key] and found[key] != "_" else "" for key in ("user", "channel"))
    return language_package(
        artefact,
        CONAN,
        found["name"],
        found["version"],
        offset=offset,
        seen=reference,
        witness=Witness.MANIFEST,
        confidence=confidence,
        linkage=linkage,
        qualifiers={"user": user, "channel": channel, "rrev": found["revision"] or ""},
    )
