"""Keys whose private half everybody can have: published ones, and test keys that say so themselves."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from pellucid.analysis.matcher import Inventory, StatementIndex, matcher
from pellucid.domain.finding import Finding
from pellucid.domain.listed_key import KeyList
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.severity import Severity
from pellucid.matchers.crypto.judgement import finding_about
from pellucid.matchers.crypto.key_hashes import BADKEYS, key_hashes
from pellucid.matchers.crypto.known_keys import PublishedKey, listed_key, published_keys, self_test_keys
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


@matcher(name=NAME, version=2)
def compromised_keys(inventory: Inventory, advisories: StatementIndex) -> Iterator[Finding | Problem]:
    """Report each key that is known to be in the hands of others, once, whether the image holds it, trusts it or
    shows a certificate for it.

    Known are keys of the lists that were taken in (of badkeys, of Debian), those of short lists that come with Pellucid
    (published_keys.toml, published_test_keys.toml), those that libraries test themselves with when they are files of
    their own, and those of certificates whose name warns against trusting or shipping them. That no list was taken in
    is said.
    """
    lists, every = advisories.key_lists, keys(inventory.crypto_assets)
    hashes = {subject.key: key_hashes(subject.asset) for subject in every} if lists.loaded else {}
    listed = lists.lists_of(list(chain.from_iterable(hashes.values()))) if hashes else {}
    for subject in every:
        known = compromise_of(subject, [listed[item] for item in hashes.get(subject.key, ()) if item in listed])
        if known is not None:
            yield _finding(subject, known)
    if every and BADKEYS not in lists.loaded:
        yield Problem(unit=NAME, kind=ProblemKind.MISSING, message=_missing(len(every), lists.loaded))


def compromise_of(subject: Subject, lists: Sequence[KeyList] = ()) -> PublishedKey | None:
    """What is known of a key in the hands of others, which is in these lists; None where nothing is known."""
    if known := published_keys().get(subject.key):
        return known
    if where := self_test_keys().get(subject.key):
        return PublishedKey(name="test key of a library", where=where, harm="Whoever has the library has it.")
    if lists:
        return listed_key(lists[0])
    return SELF_DECLARED if WARNING.search(subject.asset.subject) else None


def _finding(subject: Subject, known: PublishedKey) -> Finding:
    return finding_about(
        subject,
        NAME,
        class_id="crypto/key/compromised",
        about=subject.key,
        severity=_severity(subject, known),
        name="Compromised key",
        title=f"Key of {subject.owner} is no secret: {known.name}",
        description=f"The key of {subject.owner} comes from {known.where}. {known.harm}",
        action="Replace the key by one of your own, and trust it no longer.",
        identifiers=(("keyList", known.listed),) if known.listed else (),
        references=(known.reference,) if known.reference else (),
    )


def _severity(subject: Subject, known: PublishedKey) -> Severity:
    if known is SELF_DECLARED:
        return Severity.HIGH
    return Severity.LOW if known.for_tests and subject.is_built_in else Severity.CRITICAL


def _missing(keys_of_image: int, loaded: Collection[str]) -> str:
    also = f", and with {', '.join(sorted(loaded))}" if loaded else ""
    were = "key was" if keys_of_image == 1 else "keys were"
    return (
        f"No list of badkeys is loaded: {keys_of_image} {were} compared with the {len(published_keys())} published "
        f"ones that come with Pellucid{also}."
    )
