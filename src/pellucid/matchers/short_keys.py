"""Keys too short for today: below 112 bits of security (SP 800-57 part 1, table 2; SP 800-131A)."""

from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.subjects import keys

NAME = "short_keys"
# What is enough, and below what breaking one is within reach of a single person with rented machines.
FINITE_FIELD = (2048, 1024)
CURVE = (224, 160)


@matcher(name=NAME, version=1)
def short_keys(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each RSA, DSA or Diffie-Hellman key below 2048 bits and each key on a curve below 224 bits, once.

    Certificate, public and private key of one pair are one key. Keys that libraries test themselves with do not count.
    Those of authorities in a trust store, and of people in a keyring, are less severe: they may not be used any more.
    """
    for subject in keys(inventory.crypto_assets):
        asset = subject.asset
        enough, broken = needed(asset)
        if not 0 < asset.key_bits < enough:
            continue
        severity = Severity.HIGH if asset.key_bits < broken else Severity.MEDIUM
        if subject.is_of_others:
            severity = Severity.LOW
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/key/short",
            about=subject.key,
            severity=severity,
            name="Short key",
            title=f"{asset.algorithm} key of {subject.owner} has {asset.key_bits} bits",
            description=f"The {asset.algorithm} key of {subject.owner} has {asset.key_bits} bits; less than {enough} "
            "are not enough to keep it from being found from its public half."
            + (" Keys of this size have been broken in public." if asset.key_bits < broken else ""),
            action=f"Replace the key by one of at least {enough} bits, and all that was signed or encrypted with it.",
        )


def needed(asset: CryptoAsset) -> tuple[int, int]:
    """(bits that are enough, bits below which it is broken) for the algorithm; zeros where size is no choice."""
    word = asset.algorithm.upper().partition(" ")[0]
    if word.startswith(("RSA", "DSA", "DH", "ELGAMAL")):
        return FINITE_FIELD
    return CURVE if word.startswith("EC") else (0, 0)
