"""RSA keys whose public exponent is wrong or unwise (FIPS 186-5, A.1.1; RFC 8017, 3.1)."""

from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.rsa import rsa_numbers
from pellucid.matchers.crypto.subjects import keys

NAME = "unsound_exponents"
LEAST = 65537
MOST_BITS = 256


@matcher(name=NAME, version=2)
def unsound_exponents(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each RSA key with an exponent of 1, an even one, one that is not smaller than the modulus, one below 65537
    or one of more than 256 bits, once.

    With the first two there is no RSA at all. A small one, such as 3, is sound as long as every implementation that
    uses the key pads and checks as it should, which some did not; those of authorities in a trust store, and of
    people in a keyring, are not reported.
    """
    for subject in keys(inventory.crypto_assets):
        numbers = rsa_numbers(subject.asset)
        if numbers is None or (judged := judge(numbers.exponent, numbers.modulus)) is None:
            continue
        severity, name, why = judged
        if subject.is_of_others and severity is Severity.LOW:
            continue
        shown = str(numbers.exponent) if numbers.exponent < 1 << 64 else f"of {numbers.exponent.bit_length()} bits"
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/key/unsound-exponent",
            about=subject.key,
            severity=severity,
            name=name,
            title=f"RSA key of {subject.owner} has the exponent {shown}",
            description=f"The RSA key of {subject.owner} has the public exponent {shown}: {why}.",
            action="Replace the key by one with the exponent 65537.",
        )


def judge(exponent: int, modulus: int) -> tuple[Severity, str, str] | None:
    """(severity, name, why) of an exponent that a key should not have; None for those that are fine."""
    if exponent < 3 or exponent % 2 == 0:
        why = "encrypting changes nothing, and every signature is valid" if exponent == 1 else "no private key fits it"
        return Severity.CRITICAL if exponent == 1 else Severity.HIGH, "RSA exponent is invalid", why
    if exponent >= modulus:
        return Severity.HIGH, "RSA exponent is invalid", "it is not smaller than the modulus (RFC 8017, 3.1)"
    if exponent < LEAST:
        why = "it leaves no room for mistakes in padding; signatures under such keys could be forged where it was "
        return Severity.LOW, "RSA exponent is small", f"{why}checked carelessly"
    if exponent.bit_length() > MOST_BITS:
        return Severity.LOW, "RSA exponent is large", "standards end at 256 bits, and a private key may be small for it"
    return None
