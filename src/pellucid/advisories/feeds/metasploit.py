"""The modules of the Metasploit Framework: which vulnerabilities it has working code for.

db/modules_metadata_base.json, one object, {type and name: {fullname, name, type, rank, references, path, ...}}. A
record is one module, kept as an object of the same shape with nothing else in it.

What a module says about exploitation:
- `exploit` delivers a payload: weaponised. Where its own authors rank it below "average" (it mostly fails, or needs
  work by hand), it is an exploit.
- `auxiliary` uses a vulnerability without a payload (denial of service, bypass, disclosure): an exploit.
  Not so what lies under `scanner`: many of those only look whether something is there.
- `post` and the rest work on a system that is taken already, or are tools: nothing.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import Feed, FeedFile, RawRecord
from pellucid.advisories.feeds.fields import CVE, moment
from pellucid.advisories.feeds.json_records import Understood, raw_record
from pellucid.advisories.feeds.long_json import singles
from pellucid.advisories.feeds.publications import decoded, head
from pellucid.domain.statement import AdvisoryRecord
from pellucid.domain.vulnerability import Exploit, ExploitKind
from pellucid.formats.json_document import mapping, text, texts

SOURCE = "metasploit"
BEGINNING = re.compile(rb'\s*\{\s*"(?:auxiliary|exploit|post|payload|encoder|nop|evasion)_[^"\\]{1,300}"\s*:\s*\{')
FULL_NAME = re.compile(r"[a-z]{1,20}(?:/[A-Za-z0-9_.+-]{1,200}){1,12}")
PATH = re.compile(r"/modules(?:/[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,199}){1,12}")
ADDRESS = "https://github.com/rapid7/metasploit-framework/blob/master"
AVERAGE = 200  # of 0 (manual), 100 (low) to 600 (excellent)
LONGEST_TITLE = 300
MOST_REFERENCES = 1000


def read(path: Path) -> Iterator[RawRecord]:
    """Raises Malformed."""
    for number, content in enumerate(singles(path)):
        yield raw_record(content, f"{path.name}#{number}", _understood)


def normalise(_source: str, raw: bytes) -> AdvisoryRecord | None:
    """A module that was kept. Raises Malformed."""
    return _understood(decoded(raw)).record


def _understood(document: Any) -> Understood:
    for key, module in mapping(document).items():
        usable = FULL_NAME.fullmatch(text(mapping(module).get("fullname")))
        return Understood(_of_module(mapping(module)), "" if usable else "a module without a name", key)
    return Understood(None)


def _of_module(module: dict[str, Any]) -> AdvisoryRecord | None:
    """None for what is no exploit, or for nothing that has a CVE."""
    name = text(module.get("fullname"))
    kind = _kind(module, name)
    references = texts(module.get("references"))[:MOST_REFERENCES]
    upstream = tuple(dict.fromkeys(item for item in references if CVE.fullmatch(item)))
    if kind is None or not upstream or not FULL_NAME.fullmatch(name):
        return None
    path = text(module.get("path"))
    url = ADDRESS + path if PATH.fullmatch(path) else f"{ADDRESS}/modules"
    title = text(module.get("name"))[:LONGEST_TITLE]
    return AdvisoryRecord(
        id=f"MSF:{name}",
        upstream=upstream,
        covers=True,
        title=title,
        published=moment(text(module.get("disclosure_date"))),
        exploits=(Exploit(kind=kind, source=SOURCE, url=url, title=f"{title} ({name})"),),
    )


def _kind(module: dict[str, Any], name: str) -> ExploitKind | None:
    type_, rank = module.get("type"), module.get("rank")
    if type_ == "exploit":
        reliable = isinstance(rank, int) and rank >= AVERAGE
        return ExploitKind.WEAPONISED if reliable else ExploitKind.EXPLOIT
    if type_ == "auxiliary" and not name.startswith("auxiliary/scanner/"):
        return ExploitKind.EXPLOIT
    return None


def _recognise(_path: Path, first: bytes) -> str:
    return SOURCE if BEGINNING.match(head(first)) else ""


FEED = Feed(
    name=SOURCE,
    title="Metasploit Framework",
    version=1,
    licence="BSD-3-Clause",
    files=(
        FeedFile(
            source=SOURCE,
            address="https://raw.githubusercontent.com/rapid7/metasploit-framework/master/db/modules_metadata_base.json",
            name="exploits/metasploit/modules_metadata_base.json",
        ),
    ),
    recognise=_recognise,
    read=read,
    normalise=normalise,
    notice="Contains names of modules of the Metasploit Framework, copyright Rapid7, BSD-3-Clause.",
)
