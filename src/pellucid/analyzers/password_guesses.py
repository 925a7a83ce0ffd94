"""Passwords tried against hashes: as many as a hash of its kind lets one try in about a second."""

from collections.abc import Iterator

from pellucid.analyzers.common_passwords import common
from pellucid.formats import unix_crypt

# What trying may cost, in milliseconds of a usual processor: reckoned, not measured, so that the same bytes give the
# same facts.
MOST_A_HASH, MOST_AN_ARTEFACT = 1_500.0, 8_000.0


def guess(hashed: str, account: str, left: float = MOST_A_HASH) -> tuple[str | None, int]:
    """(the password, or None; how many were tried) for what is `left` to spend. Raises MissingLibrary."""
    if not unix_crypt.is_affordable(hashed):
        return None, 0
    most = int(min(left, MOST_A_HASH) / unix_crypt.cost(hashed))
    tried = 0
    for password in candidates(account):
        if tried >= most:
            break
        tried += 1
        if unix_crypt.matches(password, hashed):
            return password, tried
    return None, tried


def candidates(account: str) -> Iterator[str]:
    """The account's own name and what is made of it, then those that everybody tries."""
    own = (account, f"{account}123", f"{account}1234", account[::-1], f"{account}{account}") if account else ()
    yield from dict.fromkeys(("", *own, *common()))
