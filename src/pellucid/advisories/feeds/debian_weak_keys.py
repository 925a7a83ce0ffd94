"""Keys of Debian's broken generator (CVE-2008-0166), as its packages openssl-blacklist and openssh-blacklist list them.

Both have files `blacklist.RSA-2048`, `blacklist.DSA-1024`, …: comments, then lines of 20 hexadecimal digits in their
order, which are the last 80 bits of a hash. openssl-blacklist hashes, by SHA-1, what `openssl rsa -modulus` prints
("Modulus=", the number, a line feed); openssh-blacklist, by MD5, the key as SSH sends it (RFC 4253, 6.6), which is its
fingerprint of that time. The packages were withdrawn, so that there is nothing to fetch: the files are imported.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pellucid.advisories import key_groups
from pellucid.advisories.feed import Feed, RawRecord
from pellucid.advisories.feeds.publications import HEAD, Publication, head, opened
from pellucid.errors import Malformed

NAME = "debian-weak-keys"
OPENSSL, OPENSSH = f"{NAME}/openssl", f"{NAME}/openssh"
FILE = re.compile(r"blacklist\.((?:RSA|DSA)-\d{3,5})(?:\.db)?(?:\.gz)?")
LINE = re.compile(rb"[0-9a-f]{20}")
DIGEST = 10
LONGEST_LINE = 1000
ONLY_LIST = b"\1"
LIST_NAMES = b'{"1":"CVE-2008-0166"}'


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    named = FILE.fullmatch(path.name)
    if not named:
        raise Malformed(f"{path.name}: its name does not say of which keys it is a list (blacklist.RSA-2048)")
    yield RawRecord(id=key_groups.NAMES, raw=LIST_NAMES, record=None)
    with opened(path, longest=1 << 20) as stream:
        yield from key_groups.grouped(named[1], _entries(stream))


def _entries(stream: Publication) -> Iterator[bytes]:
    rest = b""
    while piece := stream.read(HEAD):
        stream.next_record()
        *lines, rest = (rest + piece).split(b"\n")
        yield from filter(None, map(_entry, lines))
        if len(rest) > LONGEST_LINE:
            raise Malformed("a line that is too long")
    if found := _entry(rest):
        yield found


def _entry(line: bytes) -> bytes:
    line = line.strip()
    if not line or line.startswith(b"#"):
        return b""
    if not LINE.fullmatch(line):
        raise Malformed("a line that is no hash of a key")
    return bytes.fromhex(line.decode()) + ONLY_LIST


def _recognise(path: Path, first: bytes) -> str:
    """Nothing but what stands before the hashes, and the folder, tells whose they are."""
    lines = [line.strip() for line in head(first).split(b"\n")]
    hashes = [line for line in lines[:-1] if line and not line.startswith(b"#")]
    if not FILE.fullmatch(path.name) or not all(map(LINE.fullmatch, hashes)):
        return ""
    said = b"\n".join(line for line in lines if line.startswith(b"#")).lower()
    folder = path.parent.name.lower()
    if b"modulus" in said or "ssl" in folder:
        return OPENSSL
    return OPENSSH if b"fingerprint" in said or "ssh" in folder else ""


FEED = Feed(
    name=NAME,
    title="Debian's weak keys",
    version=1,
    licence="no licence stated",
    files=(),
    recognise=_recognise,
    read=read,
    notice="Lists of Debian's packages openssl-blacklist and openssh-blacklist.",
    digest_bytes=DIGEST,
)
