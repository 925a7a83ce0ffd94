"""The blocklist of badkeys: keys whose private halves are public (https://badkeys.info/, docs/BLOCKLISTFORMAT.md).

`badkeysdata.json` says {"bkformat": 0, "date": "2026-08-16", "blocklist_sha256": …, "blocklists": [{"id": 1, "name":
"debianssl", …}, …]}. `blocklist.dat`, published in xz, is blocks of 16 bytes in their order: the first 15 of a SHA-256,
then the id of a list. What is hashed is one number of a key, without leading zeros: the modulus of RSA, the x
coordinate of a point, y of DSA and DH, else the raw public key.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pellucid.advisories import key_groups
from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds import bundles, publications
from pellucid.advisories.feeds.fields import moment
from pellucid.advisories.feeds.publications import HEAD, Publication, encoded, head
from pellucid.errors import Malformed
from pellucid.formats import xz
from pellucid.formats.json_document import objects, text
from pellucid.formats.json_document import read as document

SOURCE = "badkeys"
FORMAT = 0
METADATA, HASHES = "badkeysdata.json", "blocklist.dat"
BEGINNING = re.compile(rb'\s*\{[^{\[]{0,2000}"bkformat"\s*:')
SECTION = "all"
DIGEST = 15
BLOCK = DIGEST + 1
AT_ONCE = 4096 * BLOCK
LARGEST_METADATA = 1 << 20


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed, also for hashes that are not those of the metadata beside them."""
    with path.open("rb") as file:
        first = head(file.read(HEAD))
    if BEGINNING.match(first):
        yield _names(_metadata(path))
        return
    beside = path.with_name(METADATA)
    stated = text(_metadata(beside).get("blocklist_sha256")).lower() if beside.is_file() else ""
    with bundles.unpacked(path) as stream:
        yield from key_groups.grouped(SECTION, _blocks(stream, stated))


def _metadata(path: Path) -> dict[str, Any]:
    with publications.opened(path) as stream:
        found = document(stream.read(LARGEST_METADATA + 1)[:LARGEST_METADATA])
        if found.get("bkformat") != FORMAT:
            raise Malformed(f"a blocklist of format {str(found.get('bkformat'))[:20]}, which is not known here")
    return found


def _names(found: dict[str, Any]) -> RawRecord:
    names = {
        str(item["id"]): text(item.get("name"))
        for item in objects(found.get("blocklists"))
        if isinstance(item.get("id"), int) and 0 <= item["id"] < 256
    }
    return RawRecord(id=key_groups.NAMES, raw=encoded(names), record=None, modified=_day(found))


def _day(found: dict[str, Any]) -> datetime | None:
    return moment(text(found.get("date")))


def _blocks(stream: Publication, stated: str) -> Iterator[bytes]:
    digest = hashlib.sha256()
    rest = b""
    while piece := stream.read(AT_ONCE):
        stream.next_record()
        digest.update(piece)
        rest += piece
        whole = len(rest) - len(rest) % BLOCK
        for at in range(0, whole, BLOCK):
            yield rest[at : at + BLOCK]
        rest = rest[whole:]
    if rest:
        raise Malformed("a blocklist that is cut off")
    if stated and digest.hexdigest() != stated:
        raise Malformed(f"its SHA-256 is not the one in {METADATA}")


def _recognise(path: Path, first: bytes) -> str:
    if BEGINNING.match(head(first)):
        return SOURCE
    return SOURCE if path.name in (HASHES, f"{HASHES}.xz") and (first.startswith(xz.MAGIC) or _in_order(first)) else ""


def _in_order(first: bytes) -> bool:
    blocks = [first[at : at + BLOCK] for at in range(0, len(first) - len(first) % BLOCK, BLOCK)]
    return bool(blocks) and blocks == sorted(blocks)


FEED = Feed(
    name=SOURCE,
    title="Blocklist of badkeys",
    version=1,
    licence="no licence stated",
    files=(
        FeedFile(source=SOURCE, address=f"https://update.badkeys.info/v0/{METADATA}", name=METADATA),
        FeedFile(source=SOURCE, address=f"https://update.badkeys.info/v0/{HASHES}.xz", name=f"{HASHES}*"),
    ),
    recognise=_recognise,
    read=read,
    notice="Keys collected by badkeys, https://badkeys.info/.",
    digest_bytes=DIGEST,
)
