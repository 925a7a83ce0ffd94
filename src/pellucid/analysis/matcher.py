"""Matchers: facts of an image (and advisories) -> findings."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from pellucid.domain.component import Component
from pellucid.domain.crypto_asset import CryptoAsset
from pellucid.domain.crypto_use import CryptoUse
from pellucid.domain.dependency import Dependency
from pellucid.domain.finding import Finding, Silenced
from pellucid.domain.hardening import Hardening
from pellucid.domain.key_elsewhere import KeyElsewhere
from pellucid.domain.listed_key import KeyHash, KeyList
from pellucid.domain.observation import Observation
from pellucid.domain.place import ScannedPlace
from pellucid.domain.problem import Problem
from pellucid.domain.rule_match import RuleMatch
from pellucid.domain.secret import Secret
from pellucid.domain.statement import Statement, Subject
from pellucid.domain.vulnerability import Vulnerability

Judgement = Finding | Silenced | Problem
"""What a matcher says: a finding, a match that is none and why, or what kept it from judging."""


class KeyLists(Protocol):
    """Lists of keys that are known to be bad. Keys are asked for many at once, by the hashes that the lists keep."""

    @property
    def loaded(self) -> Collection[str]:
        """The lists that there are: a key that is in none of them may still be in another one."""
        ...

    def lists_of(self, hashes: Collection[KeyHash]) -> Mapping[KeyHash, KeyList]:
        """The hashes that are listed; those of lists that are not loaded are in none."""
        ...


class KeyHolders(Protocol):
    """Who else has a private key. Only a server, which keeps the results of many images, knows that."""

    def elsewhere(self, fingerprints: Collection[str]) -> Mapping[str, KeyElsewhere]:
        """Where keys lie besides the image that is judged; those that are nowhere else are left out."""
        ...


class StatementIndex(Protocol):
    """What feeds state, by what they speak of, and what is known of the vulnerabilities that they name.

    Both are asked for many at once, a few times for an image. Statements name vulnerabilities by the name under which
    they are kept.
    """

    @property
    def ecosystems(self) -> Collection[str]:
        """The ecosystems, with their releases, that anything is stated about: silence on another one means nothing."""
        ...

    @property
    def key_lists(self) -> KeyLists:
        """What feeds say of keys."""
        ...

    def about(self, subjects: Collection[Subject]) -> Mapping[Subject, Sequence[Statement]]:
        """Statements of live records; subjects of which nothing is said may be left out."""
        ...

    def vulnerabilities(self, names: Collection[str]) -> Mapping[str, Vulnerability]:
        """What is known of each; names that are not known are left out."""
        ...

    def as_of(self, ecosystem: str) -> datetime | None:
        """When what is stated about an ecosystem was last brought up to date, UTC.

        None: not known, or it is a selection: nothing follows from what is not in it.
        """
        ...


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """All that was found in an image, merged over its artefacts; evidence names paths. `at`: when it is judged.

    `only`: nothing but what is to be said of these vulnerabilities is asked for. None: everything is.
    `certificate_notice`: how many seconds before its end a certificate counts as expiring soon. `places` is the tree
    that everything lies in, with modes, owners and what else containers state of files. `key_holders` knows where else
    private keys lie; None: nobody does.
    """

    dependencies: Sequence[Dependency]
    crypto_assets: Sequence[CryptoAsset]
    observations: Sequence[Observation]
    at: datetime
    components: Sequence[Component] = ()
    crypto_uses: Sequence[CryptoUse] = ()
    only: Collection[str] | None = None
    certificate_notice: float = 90 * 86400.0
    hardening: Sequence[Hardening] = ()
    secrets: Sequence[Secret] = ()
    rule_matches: Sequence[RuleMatch] = ()
    places: Sequence[ScannedPlace] = ()
    key_holders: KeyHolders | None = None


class Matcher(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of judgement."""

    name: str
    version: int
    run: Callable[[Inventory, StatementIndex], Iterator[Judgement]]

    @property
    def documentation(self) -> str:
        return self.run.__doc__ or ""

    def __call__(self, inventory: Inventory, advisories: StatementIndex) -> Iterator[Judgement]:
        return self.run(inventory, advisories)


def matcher(
    *, name: str, version: int
) -> Callable[[Callable[[Inventory, StatementIndex], Iterator[Judgement]]], Matcher]:
    """Declare a generator function as a matcher."""

    def declare(run: Callable[[Inventory, StatementIndex], Iterator[Judgement]]) -> Matcher:
        return Matcher(name=name, version=version, run=run)

    return declare
