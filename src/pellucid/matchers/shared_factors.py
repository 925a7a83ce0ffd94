"""RSA keys that have a prime in common with another key of the image."""

from collections.abc import Iterator
from math import gcd

from pellucid.analysis.matcher import Inventory, Judgement, StatementIndex, matcher
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.factoring import common_factors, comparable
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.rsa import rsa_numbers
from pellucid.matchers.crypto.subjects import Subject, keys

NAME = "shared_factors"
# One of more partners is named: comparing all that share something with each other would take long.
MOST_PARTNERS = 50
# Smaller ones are those of damaged keys, which have small factors by chance.
FEWEST_BITS = 64


@matcher(name=NAME, version=1)
def shared_factors(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Judgement]:
    """Report each RSA key whose modulus shares a prime factor with that of another key.

    Dividing one by the greatest common divisor of both gives the private keys of both. It comes from generators that
    had too little entropy, as devices have at their first start. All keys of the image are compared with each other,
    its own before the anchors of trust stores.
    """
    by_modulus: dict[int, Subject] = {}
    for subject in sorted(keys(inventory.crypto_assets), key=lambda subject: subject.is_anchor):
        if numbers := rsa_numbers(subject.asset):
            by_modulus.setdefault(numbers.modulus, subject)
    moduli = list(by_modulus)
    enough = comparable(moduli)
    shared = common_factors(moduli[:enough])
    weak = [modulus for modulus, factor in shared.items() if factor.bit_length() >= FEWEST_BITS]
    for modulus in weak:
        subject = by_modulus[modulus]
        others = (other for other in weak[:MOST_PARTNERS] if other != modulus)
        found = next((other for other in others if gcd(other, modulus).bit_length() >= FEWEST_BITS), 0)
        partner = by_modulus.get(found)
        yield finding_about(
            subject,
            NAME,
            class_id="crypto/key/shared-prime",
            about=subject.key,
            severity=Severity.CRITICAL,
            name="RSA key with a shared prime",
            title=f"RSA key of {subject.owner} shares a prime with another key",
            description=f"The modulus of the RSA key of {subject.owner} has a prime factor in common with that of "
            f"{partner.owner if partner else 'another key of the image'}: both private keys can be computed from the "
            "public ones.",
            action="Make new keys where there is enough entropy, and replace all that depends on these.",
            references=("https://factorable.net/",),
        )
    if left := len(moduli) - enough:
        yield Problem(
            unit=NAME, kind=ProblemKind.BUDGET, message=f"{left} RSA keys were not compared with others: too many"
        )
