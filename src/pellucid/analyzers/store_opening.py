"""Opening PKCS#12 stores with passwords that everybody knows, in bounded time."""

from collections.abc import Iterable, Iterator

import msgspec

from pellucid.errors import Malformed, Unsupported
from pellucid.formats import ber, der, password_based, pkcs12

# Rounds of hashing that one artefact may cost: a few seconds. Stores of today take 2,000 to 10,000 for each password.
MOST_ROUNDS = 5_000_000
# Bytes that are hashed in the time of a round.
ROUND = 256


class Effort(msgspec.Struct):
    """What is left to spend."""

    rounds: int = MOST_ROUNDS
    rewriting: ber.Work = msgspec.field(default_factory=ber.Work)

    def spend(self, rounds: int, size: int = 0) -> None:
        """Raises Unsupported when so many rounds, and hashing so many bytes, are too much."""
        if rounds + size // ROUND > self.rounds:
            raise Unsupported(f"{rounds} rounds of hashing and {size} bytes are too many")
        self.rounds -= rounds + size // ROUND


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A bag that was found; `hidden` when it took a password to see it."""

    bag: pkcs12.Bag
    hidden: bool


def password_of(store: pkcs12.Store, passwords: Iterable[str], effort: Effort) -> tuple[str | None, bool]:
    """(password, whether it opens anything); raises Unsupported when trying them would take too long."""
    locked = None if store.mac and store.mac.digest else locked_by(store)
    variants = (variant for text in passwords for variant in ((text,) if text else ("", None)))
    for password in variants:
        if store.mac and store.mac.digest:
            effort.spend(store.mac.rounds, store.end - store.start)
            if pkcs12.fits(store.mac, password, store.sealed):
                return password, True
        elif locked:
            scheme, encrypted = locked
            effort.spend(2 * scheme.rounds)
            try:
                plain = ber.in_der(password_based.decrypt(scheme, password, encrypted), effort.rewriting)
                # What is encrypted is a SEQUENCE that fills it, and a wrong password seldom makes one.
                list(der.children(plain, der.element(plain, 0, longest=pkcs12.LONGEST), longest=pkcs12.LONGEST))
            except Malformed:
                continue
            return password, True
    return None, False


def locked_by(store: pkcs12.Store) -> tuple[password_based.Scheme, bytes] | None:
    """The encryption of the first thing in a store that is encrypted, and its bytes; None when nothing is."""
    for part in store.parts:
        if part.scheme:
            return part.scheme, part.content
        for bag in pkcs12.bags(part.content):
            if bag.kind is pkcs12.BagKind.SHROUDED_KEY:
                return pkcs12.shrouded(bag.content)
    return None


def bags(store: pkcs12.Store, password: str | None, effort: Effort, *, opened: bool) -> Iterator[Opened]:
    """All bags that can be seen; raises Malformed at the first part that cannot."""
    for part in store.parts:
        content = part.content
        if part.scheme:
            if not opened:
                continue
            effort.spend(2 * part.scheme.rounds)
            content = ber.in_der(password_based.decrypt(part.scheme, password, content), effort.rewriting)
        for bag in pkcs12.bags(content):
            yield Opened(bag=bag, hidden=part.scheme is not None)


def private_key(bag: pkcs12.Bag, password: str | None, effort: Effort) -> bytes:
    """The PKCS#8 of a key; raises Malformed when the password is not that of the key."""
    if bag.kind is pkcs12.BagKind.KEY:
        return bag.content
    scheme, encrypted = pkcs12.shrouded(bag.content)
    effort.spend(2 * scheme.rounds)
    return password_based.decrypt(scheme, password, encrypted)
