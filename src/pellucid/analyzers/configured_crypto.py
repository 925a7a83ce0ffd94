"""Settings of algorithms and protocols as facts, for the units that read one kind of file each."""

import re
from collections.abc import Iterator

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.selector import Selector, contains, kind
from pellucid.analyzers import crypto_uses
from pellucid.domain.crypto_use import CryptoUse, UseWitness
from pellucid.formats import crypto_settings

CONFIDENCE = 0.9
MOST_MARKS = 2000
# What may stand in a line in front of a mark: blanks, a word of UCI, the beginning of the directive.
HEAD = re.compile(rb"[ \t]*(?:option[ \t]+)?[\w.\-]*")
LONGEST_HEAD = 64


def wanted(files: str) -> Selector:
    """Texts that may be such a file: a mark begins a line, or stands in quotes. Most programs have them elsewhere."""
    marks = crypto_settings.marks(files)
    return kind("text") & contains(*marks) & Selector(lambda artefact: any(_leads(artefact, mark) for mark in marks))


def _leads(artefact: Artefact, mark: bytes) -> bool:
    for offset in artefact.offsets(mark)[:MOST_MARKS]:
        start = max(offset - LONGEST_HEAD, 0)
        before = artefact.window(start, offset - start)
        line = before[max(before.rfind(b"\n"), before.rfind(b"\r")) + 1 :]
        if before.endswith(b'"') or ((start == 0 or len(line) < len(before)) and HEAD.fullmatch(line)):
            return True
    return False


def uses(artefact: Artefact, files: str) -> Iterator[CryptoUse]:
    """What the file chooses, each algorithm and version once, in the order of its lines."""
    settings = crypto_settings.read(artefact.window(0, crypto_settings.MOST_BYTES), files)
    yield from crypto_uses.once(
        crypto_uses.use_of(
            setting.choice, UseWitness.CONFIGURATION, CONFIDENCE, artefact.evidence(setting.at, setting.text)
        )
        for setting in settings
    )
