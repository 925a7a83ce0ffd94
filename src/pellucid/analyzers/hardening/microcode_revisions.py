"""Microcode of Intel's processors that is older than security updates of it."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, kind
from pellucid.analyzers.verdicts import failed, passed, unknown
from pellucid.domain.hardening import Check, Hardening
from pellucid.errors import Malformed
from pellucid.formats import intel_microcode
from pellucid.formats.microcode_releases import release_for

NAME = "revision"
BEFORE_PRODUCTION = 1 << 31
ONE = b"\1\0\0\0"
# The versions of the header and of the loader: an update has no other magic.
WANTS = kind("intel_microcode", "data") & Selector(
    lambda artefact: artefact.window(0, 4) == ONE and artefact.window(20, 4) == ONE
)


@analyzer(name="microcode_revisions", version=1, stage=Stage.HARDENING, wants=WANTS)
def microcode_revisions(artefact: Artefact) -> Iterator[Fact]:
    """Compare the revision of an update of microcode with that in Intel's newest release with security updates.

    Only releases that the table has are known: newer ones, and processors that it does not have, are not judged.
    """
    try:
        update = intel_microcode.read(artefact.data)
    except Malformed:
        return
    for signature, platforms in dict.fromkeys(update.processors):
        seen = f"CPU 0x{signature:x}, platforms 0x{platforms:02x}, revision 0x{update.revision:x} of {update.date}"
        yield Hardening(
            subject="microcode",
            name=f"0x{signature:x}",
            checks=(_judged(update.revision, signature, platforms),),
            evidence=artefact.evidence(0, seen),
        )


def _judged(revision: int, signature: int, platforms: int) -> Check:
    value = f"0x{revision:x}"
    release = release_for(signature, platforms)
    if release is None:
        return unknown(NAME, "No release with security updates is known for this processor.", value)
    if revision >= BEFORE_PRODUCTION:
        return unknown(NAME, "The revision is one from before production.", value)
    said = f"0x{release.revision:x} of Intel's release of {release.on} ({', '.join(release.advisories)})"
    if revision < release.revision:
        return failed(NAME, value, f"Revision {value} is older than {said}.")
    return passed(NAME, value, f"Revision {value} is not older than {said}.")
