"""Passwords tried against hashes: as many as a hash of its kind lets one try in about a second."""

from collections.abc import Iterator

from pellucid.analyzers.common_passwords import common
from pellucid.formats import unix_crypt

# By what a hash costs; of the others all are tried. Numbers, not seconds: the same bytes give the same facts.
MOST_TRIES = {"bcrypt": 24, "yescrypt": 80}


def guess(hashed: str, account: str) -> tuple[str | None, int]:
    """(the password, or None; how many were tried). Raises MissingLibrary."""
    if not unix_crypt.is_affordable(hashed):
        return None, 0
    most = MOST_TRIES.get(unix_crypt.scheme_of(hashed))
    tried = 0
    for password in _candidates(account):
        if most is not None and tried >= most:
            break
        tried += 1
        if unix_crypt.matches(password, hashed):
            return password, tried
    return None, tried


def _candidates(account: str) -> Iterator[str]:
    """The account's own name and what is made of it, then those that everybody tries."""
    own = (account, f"{account}123", f"{account}1234", account[::-1], f"{account}{account}") if account else ()
    yield from dict.fromkeys(("", *own, *common()))
