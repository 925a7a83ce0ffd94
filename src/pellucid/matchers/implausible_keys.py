"""Keys that no sound generator has made: sparse or uneven numbers, patterns, commands of a backdoor."""

from base64 import b64decode
from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.finding import Finding
from pellucid.domain.rsa_flaw import RsaFlaw
from pellucid.domain.severity import Severity
from pellucid.errors import Malformed
from pellucid.formats import spki
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.key_hashes import DSA, integers
from pellucid.matchers.crypto.oddities import is_sparse_prime, oddity_of
from pellucid.matchers.crypto.rsa import LONGEST, rsa_numbers
from pellucid.matchers.crypto.subjects import Subject, keys

NAME = "implausible_keys"
SPARSE_PRIME = "a prime with so few bits set that logarithms are easier with it"
# What follows, how severe it is, and where it is described.
MEANINGS = {
    RsaFlaw.SPARSE: (Severity.CRITICAL, "The private key can be computed from the public one.", ()),
    RsaFlaw.XZ_BACKDOOR: (
        Severity.CRITICAL,
        "Certificates with such keys were how that backdoor was to be told what to run.",
        ("https://nvd.nist.gov/vuln/detail/CVE-2024-3094",),
    ),
    RsaFlaw.PATTERN: (Severity.MEDIUM, "It was damaged, or made up: no generator of keys gives such a number.", ()),
    RsaFlaw.UNEVEN: (Severity.LOW, "It was damaged, made up, or chosen for its looks.", ()),
    SPARSE_PRIME: (Severity.MEDIUM, "What its private key protects is less safe than its size says.", ()),
}


@matcher(name=NAME, version=1)
def implausible_keys(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each RSA key whose modulus is sparse, uneven, has a byte sixteen times in a row or is a command for the
    backdoor of xz, and each DSA key with a sparse prime, once.

    None of these happens by chance. Of a sparse modulus the factors can be found; the others show that something is
    wrong with the key, or with how it was made.
    """
    for subject in keys(inventory.crypto_assets):
        if oddity := _oddity_of(subject.asset):
            yield _finding(subject, oddity)


def _oddity_of(asset: CryptoAsset) -> str | None:
    if numbers := rsa_numbers(asset):
        return oddity_of(numbers.modulus)
    if not asset.algorithm.startswith("DSA") or not asset.public_key or len(asset.public_key) > LONGEST:
        return None
    try:
        info = spki.read(b64decode(asset.public_key, validate=True))
        prime = integers(info.parameters)[0] if info.algorithm == DSA else 0
    except (Malformed, ValueError):
        return None
    return SPARSE_PRIME if is_sparse_prime(prime) else None


def _finding(subject: Subject, oddity: str) -> Finding:
    severity, follows, references = MEANINGS[oddity]
    return finding_about(
        subject,
        NAME,
        class_id="crypto/key/implausible",
        about=subject.key,
        severity=severity,
        name="Implausible key",
        title=f"{subject.asset.algorithm} key of {subject.owner} was not made by a sound generator",
        description=f"The {subject.asset.algorithm} key of {subject.owner} has {oddity}. {follows}",
        action="Find out where the key comes from, and replace it by one from a sound generator.",
        references=references,
    )
