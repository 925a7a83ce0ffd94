"""Logins as htdigest writes them (htdigest(1), Apache 2.4): account, realm and the hash of RFC 7616, 3.4.2."""

import hashlib
import re
from collections.abc import Iterator

from pellucid.analysis import secrets_seen
from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.secrets_seen import HIDDEN
from pellucid.analysis.selector import Selector
from pellucid.analyzers.password_guesses import candidates
from pellucid.analyzers.secret_traces import entropy, fingerprint
from pellucid.domain.evidence import Evidence
from pellucid.domain.secret import Secret, SecretKind, Validity

LARGEST = 64 << 10
LONGEST_LINE = 400
MOST_LINES = 200
# A realm is a text, an account no path: lists of files with their sizes or times and sums look alike otherwise.
LINE = re.compile(
    rb"(?P<account>[^\s:/#][^\r\n:/]{0,63}):(?P<realm>(?=[^\r\n:]{0,127}[A-Za-z])[^\r\n:]{1,128}):(?P<hash>[0-9a-f]{32})"
)
POWERFUL = (b"root", b"admin", b"administrator")


def _may_be(artefact: Artefact) -> bool:
    return artefact.size <= LARGEST and LINE.fullmatch(_first(artefact)) is not None


def _first(artefact: Artefact) -> bytes:
    return artefact.window(0, LONGEST_LINE).split(b"\n", 1)[0].rstrip(b"\r")


@analyzer(
    name="digest_logins",
    version=1,
    stage=Stage.SECRETS,
    wants=Selector(_may_be, kinds=frozenset(("text",))),
    most_facts=MOST_LINES,
)
def digest_logins(artefact: Artefact) -> Iterator[Fact]:
    """Find the logins of a web server in texts all lines of which are some, and try common passwords on them.

    One whose password is found is valid beyond doubt. Neither passwords nor hashes are kept.
    """
    found: list[re.Match[bytes]] = []
    content, at = artefact.window(0, LARGEST), 0
    for line in content.splitlines(keepends=True):
        match = LINE.match(content, at, at + len(line.rstrip(b"\r\n")))
        if line.strip() and (match is None or match.end() != at + len(line.rstrip(b"\r\n"))):
            return
        found += [match] if match else []
        at += len(line)
    yield from map(_fact, found[:MOST_LINES])
    for match in found:
        secrets_seen.note(artefact, match["hash"])


def _fact(match: re.Match[bytes]) -> Secret:
    account, hashed = match["account"], match["hash"]
    name = account.decode("utf-8", "replace")
    known = any(_hash(account, match["realm"], password) == hashed for password in candidates(name))
    powerful = account.lower() in POWERFUL
    return Secret(
        rule="password-hash",
        kind=SecretKind.PASSWORD_HASH,
        redacted=HIDDEN,
        fingerprint=fingerprint(match[0], SecretKind.PASSWORD_HASH),
        evidence=Evidence(offset=match.start("hash"), seen=HIDDEN, attributes=(("scheme", "MD5 of HTTP digest"),)),
        entropy=round(entropy(hashed), 2),
        description="Hash of a password (MD5 of HTTP digest)",
        account=name,
        severity=("critical" if powerful else "high") if known else ("high" if powerful else "medium"),
        validity=Validity.VALID if known else Validity.UNDETERMINED,
    )


def _hash(account: bytes, realm: bytes, password: str) -> bytes:
    text = b"%s:%s:%s" % (account, realm, password.encode())
    return hashlib.md5(text, usedforsecurity=False).hexdigest().encode()
