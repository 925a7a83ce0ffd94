"""RSA keys that can be factored from their public half alone."""

from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, Judgement, StatementIndex, matcher
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.rsa_flaw import RsaFlaw
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto import factoring
from pellucid.matchers.crypto.factoring import flaw_of
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.rsa import rsa_numbers
from pellucid.matchers.crypto.subjects import keys

NAME = "factorable_keys"
SEVERITIES = {
    RsaFlaw.SMALL_FACTOR: Severity.CRITICAL,
    RsaFlaw.CLOSE_PRIMES: Severity.CRITICAL,
    RsaFlaw.ROCA: Severity.HIGH,
    RsaFlaw.SMALL_PRIVATE_EXPONENT: Severity.CRITICAL,
}
REFERENCES = {
    RsaFlaw.SMALL_FACTOR: (),
    RsaFlaw.CLOSE_PRIMES: ("https://nvd.nist.gov/vuln/detail/CVE-2022-26320",),
    RsaFlaw.ROCA: ("https://nvd.nist.gov/vuln/detail/CVE-2017-15361",),
    RsaFlaw.SMALL_PRIVATE_EXPONENT: (),
}


@matcher(name=NAME, version=2)
def factorable_keys(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Judgement]:
    """Report each RSA key with a small prime factor, with primes close to each other, with the structure of ROCA,
    or with a small private exponent.

    A key with a small factor is often one that was damaged on its way into the image; then nothing it signs verifies.
    """
    bits, left = 0, 0
    for subject in keys(inventory.crypto_assets):
        numbers = rsa_numbers(subject.asset)
        if numbers is None:
            continue
        bits += numbers.modulus.bit_length()
        if bits > factoring.MOST_BITS_ALONE:
            left += 1
            continue
        flaw = flaw_of(numbers.modulus, numbers.exponent)
        if flaw is None:
            continue
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/key/factorable",
            about=subject.key,
            severity=SEVERITIES[flaw],
            name="RSA key that can be factored",
            title=f"RSA key of {subject.owner} can be factored",
            description=f"The RSA key of {subject.owner} has {flaw.value}: the private key can be "
            "computed from the public one.",
            action="Make a new key with a generator that is sound, and replace all that depends on this one.",
            references=REFERENCES[flaw],
        )
    if left:
        yield Problem(
            unit=NAME, kind=ProblemKind.BUDGET, message=f"{left} RSA keys were not examined: there are too many"
        )
