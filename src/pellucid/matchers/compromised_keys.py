"""Keys whose private half everybody can have: published ones, and test keys that say so themselves."""

import re
from collections.abc import Iterator

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.finding import Finding
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.known_keys import PublishedKey, published_keys, self_test_keys
from pellucid.matchers.crypto.subjects import Subject, keys

NAME = "compromised_keys"
# What vendors of firmware have written into the names of keys that were never meant to reach a customer.
WARNING = re.compile(r"DO NOT (?:TRUST|SHIP)")
SELF_DECLARED = PublishedKey(
    name="test key",
    where="a reference implementation, as its own name says",
    harm="Such keys are shared by many vendors, and the private halves of some have leaked (PKfail).",
    reference="https://kb.cert.org/vuls/id/455367",
)


@matcher(name=NAME, version=1)
def compromised_keys(inventory: Inventory, _advisories: StatementIndex) -> Iterator[Finding]:
    """Report each key that is known to be in the hands of others, once, whether the image holds it, trusts it or
    shows a certificate for it.

    Known are keys of a list of published ones (published_keys.toml), those that libraries test themselves with when
    they are files of their own, and those of certificates whose name warns against trusting or shipping them.
    """
    for subject in keys(inventory.crypto_assets):
        known = compromise_of(subject)
        if known is None:
            continue
        yield finding_about(
            subject,
            NAME,
            about=subject.key,
            severity=Severity.CRITICAL if known is not SELF_DECLARED else Severity.HIGH,
            name="Compromised key",
            title=f"Key of {subject.owner} is no secret: {known.name}",
            description=f"The key of {subject.owner} comes from {known.where}. {known.harm}",
            action="Replace the key by one of your own, and trust it no longer.",
            references=(known.reference,) if known.reference else (),
        )


def compromise_of(subject: Subject) -> PublishedKey | None:
    """What is known of a key in the hands of others; None for those that nothing is known of."""
    if known := published_keys().get(subject.key):
        return known
    if where := self_test_keys().get(subject.key):
        return PublishedKey(name="test key of a library", where=where, harm="Whoever has the library has it.")
    return SELF_DECLARED if WARNING.search(subject.asset.subject) else None
