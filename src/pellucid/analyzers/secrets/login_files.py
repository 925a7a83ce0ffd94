"""Files that are nothing but logins, and are known by their names alone: pppd's secrets (pppd(8)), VNC's password."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector
from pellucid.analyzers.common_passwords import defaults
from pellucid.analyzers.secret_placeholders import is_placeholder
from pellucid.analyzers.secret_traces import fingerprint, redacted
from pellucid.domain.evidence import Evidence
from pellucid.domain.secret import Secret, SecretKind, Validity
from pellucid.errors import Malformed
from pellucid.formats import obscured_passwords

VNC_SIZES = (8, 16)
LARGEST = 64 << 10
MOST_LINES = 500
# Lines of something else, beyond as many as are logins, after which a text is no such file.
MOST_OTHERS = 4
WORD = rb"""(?:"(?P<{0}q>[^"\r\n]{{0,128}})"|'(?P<{0}a>[^'\r\n]{{0,128}})'|(?P<{0}w>[^\s"'#]{{1,128}}))"""
ADDRESSES = rb"(?:[ \t]{1,32}(?:\*|-|!?(?=[^\s0-9]{0,60}[0-9])[\w.:/\-]{1,120})){0,8}"
# Client, server, secret, addresses, options or a remark.
LINE = re.compile(
    b"[ \\t]{0,8}%s[ \\t]{1,32}%s[ \\t]{1,32}%s"
    % tuple(WORD.replace(b"{0}", name).replace(b"{{", b"{").replace(b"}}", b"}") for name in (b"c", b"s", b"p"))
    + ADDRESSES
    + rb"[ \t]{0,32}(?:[ \t](?:--|#)[^\r\n]*)?[\r\n]*\Z"
)


def _may_be(artefact: Artefact) -> bool:
    return artefact.size in VNC_SIZES or (artefact.kind == "text" and artefact.size <= LARGEST)


@analyzer(
    name="login_files",
    version=2,
    stage=Stage.SECRETS,
    wants=Selector(_may_be, kinds=frozenset(("text", "data"))),
    most_facts=MOST_LINES,
    named=("chap-secrets", "pap-secrets", ".vnc/passwd", "vncpasswd", "vnc/passwd"),
)
def login_files(artefact: Artefact) -> Iterator[Fact]:
    """Find passwords in the secrets of pppd, and the password of a VNC server, which is only obscured."""
    if artefact.size in VNC_SIZES:
        try:
            password = obscured_passwords.vnc(artefact.window(0, artefact.size))
        except Malformed:
            return
        yield _secret("vnc-password", "Password of a VNC server", password, 0, b"", text=False)
        return
    for match in _logins(artefact.window(0, LARGEST)):
        password = _word(match, "p")
        if password and password != b"*":
            # It is not withheld from other facts: by its content, any text of three words is such a file.
            at = max(match.start("pq"), match.start("pa"), match.start("pw"))
            yield _secret("ppp-secret", "Password of a PPP connection", password, at, _word(match, "c"))


def _logins(content: bytes) -> list[re.Match[bytes]]:
    """The lines of client, server and secret, unless there are more of another kind."""
    found: list[re.Match[bytes]] = []
    at = others = 0
    for line in content.splitlines(keepends=True):
        match = LINE.match(content, at, at + len(line))
        if match:
            found.append(match)
        elif line.strip() and not line.lstrip().startswith(b"#"):
            others += 1
        if len(found) == MOST_LINES or others > len(found) + MOST_OTHERS:
            break
        at += len(line)
    return found if others <= len(found) + MOST_OTHERS else []


def _word(match: re.Match[bytes], name: str) -> bytes:
    return match[f"{name}q"] or match[f"{name}a"] or match[f"{name}w"] or b""


def _secret(rule: str, description: str, password: bytes, at: int, account: bytes, *, text: bool = True) -> Secret:
    """In a text, what stands there may only stand for a password."""
    shown = redacted(password, shown=False)
    return Secret(
        rule=rule,
        kind=SecretKind.PASSWORD,
        redacted=shown,
        fingerprint=fingerprint(password, SecretKind.PASSWORD),
        evidence=Evidence(offset=at, seen=shown),
        description=description,
        account=account.decode("utf-8", "replace"),
        validity=Validity.FILTERED if text and is_placeholder(password) else Validity.UNDETERMINED,
        known=password.decode("utf-8", "replace") in defaults(),
    )
