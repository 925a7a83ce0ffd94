"""SSH keys: authorized_keys, known_hosts and .pub files, RFC 4716, PuTTY's files, Dropbear's host keys."""

import re
from collections.abc import Iterator

from pellucid.analysis.analyzer import Fact, Stage, analyzer
from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import contains
from pellucid.analyzers import ssh_assets
from pellucid.domain.crypto_asset import CryptoAsset, CryptoKind, Encoding
from pellucid.errors import Malformed
from pellucid.formats import ssh_wire

PUTTY = re.compile(
    rb"PuTTY-User-Key-File-[23]: [a-z0-9-]+\r?\nEncryption: ([a-z0-9-]+)\r?\nComment: ([^\r\n]*)"
    rb"\r?\nPublic-Lines: [0-9]+\r?\n\Z"
)
MOST_CANDIDATES = 20_000
# Header lines of RFC 4716 and of PuTTY in front of a key.
HEADER = 1024
COMMENT = re.compile(rb'Comment: "?([^"\r\n]*)"?\s*\r?\n(?:[A-Za-z-]+: [^\r\n]*\r?\n)*\Z')
LINE = re.compile(rb"[^\r\n\0]*\Z")
REST = re.compile(rb"[ \t]+([^\r\n\0]*)")
HOSTS = re.compile(r"[^\s\"=]+")
NO_HOSTS = ("no-", "restrict", "cert-authority", "agent-", "pty", "port-", "user-rc", "X11-", "verify-", "touch-")
# Strings and numbers behind the name in a host key of Dropbear, and how many of them are public.
DROPBEAR = {"ssh-rsa": 5, "ssh-dss": 5, "ecdsa-sha2-nistp256": 3, "ecdsa-sha2-nistp384": 3, "ecdsa-sha2-nistp521": 3}


@analyzer(name="ssh_keys", version=1, stage=Stage.CRYPTO, wants=contains(*ssh_wire.PREFIXES, *ssh_wire.IN_BASE64))
def ssh_keys(artefact: Artefact) -> Iterator[Fact]:
    """Find SSH keys and OpenSSH certificates, in Base64 and as they go over the wire.

    What stands beside a key in a line (a comment, or the names of hosts) is told with it; options are not, for they
    are commands. Private are files of PuTTY and of Dropbear, which hold both halves; OpenSSH's are found by their PEM.
    """
    places = [(offset, _in_text) for literal in ssh_wire.IN_BASE64 for offset in artefact.offsets(literal)]
    places += [(offset, _binary) for literal in ssh_wire.PREFIXES for offset in artefact.offsets(literal)]
    for offset, found in sorted(places, key=lambda place: place[0])[:MOST_CANDIDATES]:
        yield from found(artefact, offset)


def _in_text(artefact: Artefact, offset: int) -> Iterator[CryptoAsset]:
    try:
        key, encoded, end = ssh_wire.read_text(artefact.data, offset)
    except Malformed:
        return
    before = artefact.window(max(offset - HEADER, 0), min(offset, HEADER))
    if before[-1:].isalnum() or before[-1:] in (b"+", b"/"):
        # The middle of something longer in Base64: a private key of OpenSSH, which has its public half in it.
        return
    if putty := PUTTY.search(before):
        encryption, comment = putty.groups()
        yield from _private(artefact, key, offset, comment=_shown(comment), encrypted=encryption != b"none")
        return
    yield from _public(artefact, key, encoded, offset, _comment(before, artefact.window(end, HEADER)))


def _binary(artefact: Artefact, offset: int) -> Iterator[CryptoAsset]:
    key = _dropbear(artefact) if offset == 0 else None
    if key is not None:
        yield from _private(artefact, key, 0, comment="", encrypted=False)
        return
    try:
        key = ssh_wire.read(artefact.data, offset)
    except Malformed:
        return
    yield from _public(artefact, key, bytes(artefact.data[offset : key.end]), offset, "")


def _dropbear(artefact: Artefact) -> ssh_wire.PublicKey | None:
    """The public half of a file that is one private key and nothing else; both halves of Ed25519 are one string."""
    try:
        raw, at = ssh_wire.string(artefact.data, 0)
        name = raw.decode("ascii", "replace")
        fields, end = ssh_wire.strings(artefact.data, at, DROPBEAR.get(name, 1))
    except Malformed:
        return None
    if end != artefact.size:
        return None
    if name == "ssh-ed25519" and len(fields[0]) == 64:
        return ssh_wire.PublicKey(name=name, fields=(fields[0][32:],), end=end)
    if name not in DROPBEAR:
        return None
    return ssh_wire.PublicKey(name=name, fields=fields[: ssh_wire.FIELDS[name]], end=end)


def _public(
    artefact: Artefact, key: ssh_wire.PublicKey, encoded: bytes, start: int, comment: str
) -> Iterator[CryptoAsset]:
    evidence = artefact.evidence(start, f"{key.name} {comment}".strip())
    if key.certificate:
        if found := ssh_assets.certificate(key, encoded, evidence, comment):
            yield found
    elif public := ssh_assets.half(key):
        yield CryptoAsset(
            kind=CryptoKind.PUBLIC_KEY, encoding=Encoding.OPENSSH, evidence=evidence, comment=comment, **public.fields
        )


def _private(
    artefact: Artefact, key: ssh_wire.PublicKey, start: int, *, comment: str, encrypted: bool
) -> Iterator[CryptoAsset]:
    if public := ssh_assets.half(key):
        yield CryptoAsset(
            kind=CryptoKind.PRIVATE_KEY,
            encoding=Encoding.OPENSSH,
            encrypted=encrypted,
            evidence=artefact.evidence(start, f"private {key.name}"),
            comment=comment,
            **public.fields,
        )


def _comment(before: bytes, after: bytes) -> str:
    """What stands behind a key in its line, or the names of hosts in front of it, or a comment of RFC 4716."""
    if headed := COMMENT.search(before):
        return _shown(headed[1])
    if rest := REST.match(after):
        return _shown(rest[1])
    line = LINE.search(before)
    words = _shown(line[0] if line else b"").split()
    hosts = words[-2] if len(words) >= 2 and words[-1] in ssh_wire.NAMES else ""
    return hosts if HOSTS.fullmatch(hosts) and not hosts.startswith(NO_HOSTS) else ""


def _shown(text: bytes) -> str:
    return "".join(c if c.isprintable() else "." for c in text[:256].decode("utf-8", "replace").strip())
