"""Hashes of passwords, and accounts without any: passwd, shadow, htpasswd, smbpasswd, and hashes in programs."""

import re
from collections.abc import Iterator

import msgspec

from pellucid.analysis import secrets_seen
from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.secrets_seen import HIDDEN
from pellucid.analysis.selector import contains
from pellucid.analyzers.password_guesses import MOST_AN_ARTEFACT, guess
from pellucid.analyzers.secret_traces import entropy, fingerprint
from pellucid.domain.evidence import Evidence
from pellucid.domain.problem import Problem, ProblemKind
from pellucid.domain.secret import Secret, SecretKind, Validity
from pellucid.errors import MissingLibrary
from pellucid.formats.unix_crypt import cost, scheme_of

MAGICS = (b"$1$", b"$5$", b"$6$", b"$2a$", b"$2b$", b"$2y$", b"$y$", b"$7$", b"$apr1$", b"{SHA}")
# What a hash stands behind: a name, a quote, an assignment, the end of the string before.
BEFORE = (b":", b'"', b"'", b"=", b" ", b"\0", b">")
# The fields of accounts whose hash has no magic, or who have no password.
FIELDS = (b":0:0:", b"99999:7:::", b":0:99999:", b":/bin/sh", b":/bin/bash", b":/bin/ash")
LITERALS = (*(mark + magic for magic in MAGICS for mark in BEFORE), *FIELDS)
LONGEST_LINE = 400
FEWEST_CHARACTERS = 8
MOST_HITS = 2000
LINE = re.compile(rb"(?P<name>[A-Za-z_][\w.\-]{0,31}\$?):(?P<hash>[^:\s]{0,200})(?::(?P<rest>[^\r\n\0]{0,200}))?")
PASSWD = re.compile(rb"(?P<uid>\d{1,10}):\d{1,10}:[^:]{0,80}:[^:]{0,80}:(?P<shell>[^:]{0,80})")
SHADOW = re.compile(rb"\d{0,6}:\d{0,6}:\d{0,6}:\d{0,6}:\d{0,6}:\d{0,6}:")
ALONE = re.compile(rb"[$./0-9A-Za-z={},]{10,200}")
NO_LOGIN = (b"nologin", b"false", b"sync", b"halt", b"shutdown", b"null")
POWERFUL = ("root", "admin", "administrator", "toor", "super")
OLD = ("DES", "MD5", "SHA-1", "MD5 of Apache")


class _Account(msgspec.Struct, frozen=True):
    """`hashed` as it stands there, at `at`; `shell`: whether there is a shell to log in with, as far as is known."""

    name: str
    hashed: str
    at: int
    is_root: bool = False
    shell: bool = True


@analyzer(name="password_hashes", version=3, stage=Stage.SECRETS, wants=contains(*LITERALS), most_facts=1000)
def password_hashes(artefact: Artefact) -> Iterator[Fact]:
    """Find hashes of passwords and try common ones: defaults of vendors, those of malware, the account's own name.

    How many are tried depends on what a hash of its kind costs, and on what the others in the file have cost: all of
    some hundreds, or the first few dozen for bcrypt and yescrypt. A hash whose password is found is valid beyond
    doubt. Locked accounts are left out; accounts without any password are reported where there is a shell to log in
    with. Neither passwords nor hashes are kept.
    """
    left = MOST_AN_ARTEFACT
    for account in _accounts(artefact):
        if not account.hashed:
            yield _fact(account, "empty-password", SecretKind.PASSWORD, "Account without a password", Validity.VALID)
            continue
        scheme = scheme_of(account.hashed)
        if len(set(account.hashed)) < FEWEST_CHARACTERS:
            continue  # what a server compares with for accounts that it does not know
        password, count = None, 0
        if left > 0:
            try:
                password, count = guess(account.hashed, account.name, left)
                left -= count * cost(account.hashed)
            except MissingLibrary as error:
                left = 0
                yield Problem(unit="password_hashes", kind=ProblemKind.MISSING, message=error.message)
        kind, what = SecretKind.PASSWORD_HASH, f"Hash of a password ({scheme})"
        validity = Validity.UNDETERMINED if password is None else Validity.VALID
        # How many it took would say which one it is.
        yield _fact(
            account, "password-hash", kind, what, validity, scheme=scheme, tried=count if password is None else 0
        )


def _fact(
    account: _Account,
    rule: str,
    kind: SecretKind,
    description: str,
    validity: Validity,
    *,
    scheme: str = "",
    tried: int = 0,
) -> Secret:
    powerful = account.is_root or account.name.lower() in POWERFUL
    if validity is Validity.VALID:
        severity = "critical" if powerful else "high"
    else:
        severity = "high" if scheme in OLD and powerful else "medium"
    magic = next((item.decode() for item in MAGICS if account.hashed.startswith(item.decode())), "")
    shown = magic + HIDDEN if account.hashed else ""
    said = (("scheme", scheme), ("passwordsTried", str(tried) if tried else ""))
    return Secret(
        rule=rule,
        kind=kind,
        redacted=shown,
        fingerprint=fingerprint(f"{account.name}:{account.hashed}".encode(), kind),
        evidence=Evidence(offset=account.at, seen=shown, attributes=tuple((name, text) for name, text in said if text)),
        entropy=round(entropy(account.hashed.encode()), 2),
        description=description,
        account=account.name,
        severity=severity,
        validity=validity,
    )


def _accounts(artefact: Artefact) -> Iterator[_Account]:
    """Each once, by the lines and strings around the hits."""
    seen: set[tuple[str, str]] = set()
    hits = sorted({offset for literal in LITERALS for offset in artefact.offsets(literal)[:MOST_HITS]})
    for offset in hits[:MOST_HITS]:
        account = _in_line(artefact, offset) or _alone(artefact, offset)
        if account and (account.name, account.hashed) not in seen:
            seen.add((account.name, account.hashed))
            secrets_seen.note(artefact, account.hashed.encode())
            yield account


def _in_line(artefact: Artefact, offset: int) -> _Account | None:
    start = max(offset - LONGEST_LINE, 0)
    before = artefact.window(start, offset - start)
    at = start + max(before.rfind(b"\n"), before.rfind(b"\0")) + 1
    line = LINE.match(artefact.window(at, LONGEST_LINE).split(b"\n")[0].split(b"\0")[0].rstrip(b"\r"))
    if line is None:
        return None
    name, hashed, rest = line["name"].decode(), line["hash"].decode("latin-1"), line["rest"]
    place = at + line.start("hash")
    entry, shadow = PASSWD.fullmatch(rest or b""), SHADOW.match(rest or b"")
    if entry:
        shell = bool(entry["shell"]) and not entry["shell"].endswith(NO_LOGIN)
        known = _Account(name, hashed, place, int(entry["uid"]) == 0, shell)
        return known if (scheme_of(hashed) or not hashed) and shell else None
    if shadow:
        return _Account(name, hashed, place) if scheme_of(hashed) or not hashed else None
    # htpasswd, a configuration of a web server, a user of a program.
    return _Account(name, hashed, place) if scheme_of(hashed) not in ("", "DES") else None


def _alone(artefact: Artefact, offset: int) -> _Account | None:
    """A hash without a name."""
    found = ALONE.match(artefact.window(offset + 1, LONGEST_LINE))
    hashed = found[0].decode() if found else ""
    return _Account("", hashed, offset + 1) if scheme_of(hashed) not in ("", "DES") else None
