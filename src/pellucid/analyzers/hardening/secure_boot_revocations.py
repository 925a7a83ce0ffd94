"""What Secure Boot refuses to start: the variable dbx of UEFI."""

from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers.verdicts import failed, passed, unknown
from pellucid.domain.hardening import Check, Hardening
from pellucid.errors import Malformed
from pellucid.formats.uefi import secure_boot

NAME = "revocations"
# Microsoft's list of May 2023 has so many for x86-64, 89 for i386 and 26 for ARM; that of 2010 has 9, and an empty one
# is a single one, since firmware wants there to be any (fwupd, plugins/uefi-dbx/README.md).
X86_64, I386, ARM, OLDEST = 371, 89, 26, 9


@analyzer(
    name="secure_boot_revocations",
    version=1,
    stage=Stage.HARDENING,
    wants=contains(secure_boot.SHA256, secure_boot.X509),
    named=("dbx-D719B2CB-3D3A-4596-A3BC-DAD00E67656F",),
)
def secure_boot_revocations(artefact: Artefact) -> Iterator[Fact]:
    """Judge how old the list of revoked boot programs is, by the number of Microsoft's entries.

    Which architecture they are for is not stated: a number that is old for one and recent for another is not judged.
    """
    try:
        found = secure_boot.signatures(artefact.data)
    except Malformed:
        return
    hashes = sum(item.kind == secure_boot.SHA256 and item.owner == secure_boot.MICROSOFT for item in found)
    others = len(found) - hashes
    check = _judged(hashes, f"{len(found)} revocations, {hashes} of Microsoft's digests", others=others)
    yield Hardening(
        subject="secureBoot", name="dbx", checks=(check,), evidence=artefact.evidence(0, f"dbx, {len(found)} entries")
    )


def _judged(hashes: int, said: str, *, others: int) -> Check:
    if hashes >= X86_64:
        return passed(NAME, str(hashes), f"{said}: as many as in May 2023, or more.")
    if hashes < OLDEST and others <= 1:
        return failed(NAME, "empty", f"{said}: nothing is revoked.")
    if others > 1:
        return unknown(NAME, f"{said}: what else is revoked may stand for many.", str(hashes))
    if hashes > I386 or hashes < ARM:
        return failed(NAME, "old", f"{said}: older than the list of May 2023 for any architecture.")
    return unknown(NAME, f"{said}: it depends on the architecture how old that is.", str(hashes))
