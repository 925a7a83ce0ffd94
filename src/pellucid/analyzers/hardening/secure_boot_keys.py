"""Whom Secure Boot trusts: the variables KEK and db of UEFI, and the end of Microsoft's certificates of 2011."""

from collections.abc import Iterator
from contextlib import suppress

from cryptography import x509

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import certificates
from pellucid.analyzers.verdicts import failed, not_for, passed
from pellucid.domain.hardening import Check, Hardening
from pellucid.errors import Malformed
from pellucid.formats.uefi import secure_boot

# Check -> (certificate of 2011, its successor), by their common names (Microsoft, "Windows Secure Boot certificate
# expiration and CA updates").
SUCCESSORS = {
    "keyExchange": ("Microsoft Corporation KEK CA 2011", "Microsoft Corporation KEK 2K CA 2023"),
    "windows": ("Microsoft Windows Production PCA 2011", "Windows UEFI CA 2023"),
    "thirdParty": ("Microsoft Corporation UEFI CA 2011", "Microsoft UEFI CA 2023"),
}
LARGEST, MOST_SHOWN = 1 << 16, 6


@analyzer(
    name="secure_boot_keys",
    version=1,
    stage=Stage.HARDENING,
    wants=contains(secure_boot.X509),
    named=("KEK-8BE4DF61-93CA-11D2-AA0D-00E098032B8C", "db-D719B2CB-3D3A-4596-A3BC-DAD00E67656F"),
)
def secure_boot_keys(artefact: Artefact) -> Iterator[Fact]:
    """Tell which certificates may sign what starts a PC and updates of the keys, and whether Microsoft's of 2011, which
    end in 2026, have their successors beside them.
    """
    try:
        found = secure_boot.signatures(artefact.data)
    except Malformed:
        return
    names = list[str]()
    for item in found:
        if item.kind == secure_boot.X509 and item.size <= LARGEST:
            certificate = certificates.load(artefact.window(item.at, item.size))
            names += _names(certificate) if certificate else ()
    if names:
        seen = "; ".join(dict.fromkeys(names[:MOST_SHOWN]))
        checks = tuple(_judged(check, *pair, names) for check, pair in SUCCESSORS.items())
        yield Hardening(subject="secureBoot", name="keys", checks=checks, evidence=artefact.evidence(0, seen))


def _names(certificate: x509.Certificate) -> list[str]:
    with suppress(ValueError):
        return [str(item.value) for item in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    return []


def _judged(check: str, old: str, new: str, names: list[str]) -> Check:
    if new in names:
        return passed(check, "2023", f"{new} is there.")
    if old in names:
        return failed(check, "2011", f"{old}, which ends in 2026, is there without {new}.")
    return not_for(check, f"Neither {old} nor its successor is there.")
